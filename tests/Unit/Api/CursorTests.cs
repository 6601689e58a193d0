using Sluice.Api.Filters;
using Sluice.Tests.Integration.Api;

namespace Sluice.Tests.Unit.Api;

public sealed class CursorTests
{
    private static readonly PageKey Key = new(254_170_887, 233, 2, -1, 1, Rows.Signature(254_170_887, 233));

    [Fact]
    public void What_was_written_is_read()
    {
        Assert.True(Cursor.TryRead(Cursor.Write(ulong.MaxValue, Key), out var query, out var key));
        Assert.Equal((ulong.MaxValue, Key), (query, key));
    }

    [Fact]
    public void Extreme_places_survive()
    {
        var key = new PageKey(ulong.MaxValue, int.MaxValue, int.MinValue, -1, 0, default);
        Assert.True(Cursor.TryRead(Cursor.Write(0, key), out _, out var read));
        Assert.Equal(key, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("not base64!")]
    public void Other_texts_are_refused(string text) => Assert.False(Cursor.TryRead(text, out _, out _));

    [Fact]
    public void A_cursor_of_another_form_is_refused()
    {
        var text = Cursor.Write(1, Key);
        Assert.False(Cursor.TryRead("Ag" + text[2..], out _, out _));
        Assert.False(Cursor.TryRead(text + "AAAA", out _, out _));
        Assert.False(Cursor.TryRead(text[..^4], out _, out _));
    }

    [Fact]
    public void A_cursor_needs_no_escape_in_a_url() => Assert.Matches("^[A-Za-z0-9_-]+$", Cursor.Write(ulong.MaxValue, Key));
}
