using System.IO.Compression;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks.Json;

namespace Sluice.Ingest.Sources;

/// <summary>The documents of one file, one after another.</summary>
internal interface IDocuments : IDisposable
{
    /// <summary>Bytes of the file on disk that were read.</summary>
    long DoneBytes { get; }

    /// <summary>The next document, or null at the file's end. Throws what the file system and the unpacker throw.</summary>
    SourceItem? Next();
}

/// <summary>Opens files by what is in them.</summary>
internal static class FileDocuments
{
    // A getTransaction reply is smaller than this, so its slot is found wherever it stands.
    private const int LookBytes = 256 * 1024;

    /// <summary>Opens a file; throws what the file system throws.</summary>
    public static IDocuments Open(InputFile input)
    {
        var file = OpenFile(input.Path);
        try
        {
            return IsArchive(file) ? new ArchiveFrames(input, file) : new JsonDocuments(input, file, Unpacked(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The slot of a file's first document, where its first bytes tell it.</summary>
    public static ulong? FirstSlotOf(string path)
    {
        try
        {
            using var file = OpenFile(path);
            using var stream = Unpacked(file);
            var head = new byte[Math.Min(LookBytes, ReferenceEquals(stream, file) ? file.Length : LookBytes)];
            var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            var bytes = head.AsSpan(0, length);
            return ArchiveFormat.IsArchive(bytes) ? ArchiveFormat.FirstSlotOf(bytes) : DocumentLook.At(bytes, new JsonScratch()).Slot;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null; // reading the file will say what is wrong with it
        }
    }

    private static FileStream OpenFile(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);

    private static bool IsArchive(FileStream file)
    {
        Span<byte> magic = stackalloc byte[ArchiveFormat.Magic.Length];
        var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return ArchiveFormat.IsArchive(magic[..length]);
    }

    private static Stream Unpacked(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var length = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return length == 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
    }
}
