using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sluice.Cli.Output;

/// <summary>One line on standard error that is rewritten a few times a second; silent when standard error is no terminal.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly bool _enabled = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StringBuilder _text = new();
    private TimeSpan _next;
    private int _width;

    /// <summary>True when it is time to show something; ask before making the text.</summary>
    public bool IsDue => _enabled && _clock.Elapsed >= _next;

    /// <summary>Shows progress.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all, or 0 where not known.</param>
    /// <param name="what">The rest of the line.</param>
    public void Show(double done, double total, string what)
    {
        if (!IsDue) { return; }
        _next = _clock.Elapsed + Interval;
        _text.Clear();
        if (total > 0)
        {
            var share = Math.Clamp(done / total, 0, 1);
            _text.Append(CultureInfo.InvariantCulture, $"{share * 100,5:0.0} %  ");
            _text.Append(what);
            if (share is > 0.001 and < 1)
            {
                var left = TimeSpan.FromSeconds(_clock.Elapsed.TotalSeconds * (1 - share) / share);
                _text.Append(CultureInfo.InvariantCulture, $" · {(left.TotalHours >= 1 ? left.ToString(@"h\:mm\:ss") : left.ToString(@"m\:ss"))} left");
            }
        }
        else
        {
            _text.Append(what);
        }

        var length = _text.Length;
        if (length < _width) { _text.Append(' ', _width - length); }
        _width = length;
        Console.Error.Write("\r" + _text);
    }

    /// <summary>Wipes the line, so that what follows starts clean.</summary>
    public void Dispose()
    {
        if (_enabled && _width > 0) { Console.Error.Write("\r" + new string(' ', _width) + "\r"); }
        _width = 0;
    }
}
