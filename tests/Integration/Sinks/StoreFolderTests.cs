using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks;

[Collection(TestStore.Collection)]
public sealed class StoreFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_no_store()
    {
        File.WriteAllText(_folder.Sub("store"), "x");
        Refused(_folder.Sub("store"), "is a file");
    }

    [Fact]
    public void A_folder_with_other_files_is_refused_and_left_alone()
    {
        var path = Directory.CreateDirectory(_folder.Sub("store")).FullName;
        File.WriteAllText(Path.Combine(path, "thesis.txt"), "x");
        Refused(path, "thesis.txt");
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        var path = Directory.CreateDirectory(_folder.Sub("store")).FullName;
        File.WriteAllText(Path.Combine(path, "sluice.store"), "sluice store layout 99\n");
        Refused(path, "layout 99");
    }

    [Fact]
    public void A_marker_of_something_else_is_refused()
    {
        var path = Directory.CreateDirectory(_folder.Sub("store")).FullName;
        File.WriteAllText(Path.Combine(path, "sluice.store"), "something else");
        Refused(path, "not Sluice's");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused()
    {
        // Below /proc nothing can be made, not even by root.
        Refused("/proc/sluice-store", "cannot be written");
    }

    [Fact]
    public void Asking_a_store_that_is_not_there_makes_none()
    {
        Assert.Contains("There is no store", Assert.Throws<StoreException>(() => StoreFolder.Open(_folder.Sub("store"), mustExist: true)).Message);
        Assert.False(Directory.Exists(_folder.Sub("store")));
        Directory.CreateDirectory(_folder.Sub("store"));
        Assert.Throws<StoreException>(() => StoreFolder.Open(_folder.Sub("store"), mustExist: true));
    }

    [Fact]
    public void A_store_in_use_names_the_process_that_holds_it()
    {
        using (StoreFolder.Open(_folder.Sub("store"), mustExist: false))
        {
            Refused(_folder.Sub("store"), $"process {Environment.ProcessId}");
        }

        StoreFolder.Open(_folder.Sub("store"), mustExist: true).Dispose();
    }

    [Fact]
    public void The_lock_of_a_dead_process_is_taken_over()
    {
        // What kill -9 leaves behind: both files, and no process that holds the lock.
        StoreFolder.Open(_folder.Sub("store"), mustExist: false).Dispose();
        File.WriteAllText(Path.Combine(_folder.Sub("store"), "writer.lock"), "");
        File.WriteAllText(Path.Combine(_folder.Sub("store"), "writer.holder"), "process 999999 (sluice replay)\n");
        StoreFolder.Open(_folder.Sub("store"), mustExist: true).Dispose();
    }

    [Fact]
    public void A_folder_whose_making_was_broken_off_becomes_a_store()
    {
        var path = Directory.CreateDirectory(_folder.Sub("store")).FullName;
        File.WriteAllText(Path.Combine(path, "writer.lock"), "");
        File.WriteAllText(Path.Combine(path, "sluice.store.new"), "slu");
        StoreFolder.Open(path, mustExist: false).Dispose();
    }

    [EngineFact]
    public async Task A_process_opens_one_store_at_a_time()
    {
        await using (await _folder.OpenAsync())
        {
            var e = await Assert.ThrowsAsync<StoreException>(
                () => EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = _folder.Sub("other") }));
            Assert.Contains("one store at a time", e.Message);
        }

        await using var other = await EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = _folder.Sub("other") });
        Assert.Equal("1", await other.TextAsync("SELECT 1"));
    }

    private static void Refused(string path, string part)
    {
        var e = Assert.Throws<StoreException>(() => StoreFolder.Open(path, mustExist: false));
        Assert.Contains(part, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }
}
