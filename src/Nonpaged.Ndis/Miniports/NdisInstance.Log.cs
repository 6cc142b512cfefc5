using System.Globalization;

namespace Nonpaged.Ndis;

public sealed partial class NdisInstance
{
    /// <summary>
    /// Each line of the log, for those who listen while something happens. Raised on any thread; a handler
    /// must not throw, nor call NDIS.
    /// </summary>
    public event Action<string>? LineLogged;

    /// <summary>
    /// Is told of each failure and report of any instance: for C programs, which have no <see cref="Log"/>.
    /// Must not throw, nor call NDIS.
    /// </summary>
    internal static Action<NdisMessage>? Listener { get; set; }

    private readonly RepeatedMessages _told = new();

    internal void Tell(NdisMessage message)
    {
        Listener?.Invoke(message);
        string line = message.ToString();
        LineLogged?.Invoke(line);
        if (Log is not { } log) return;
        if ((Options.BriefLog ? _told.Count(message) : 1) is not { } count) return;
        log(count == 1 ? line : string.Create(CultureInfo.InvariantCulture, $"{line} ({count} times so far)"));
    }

    /// <summary>Writes a line to the log. Callable on any thread.</summary>
    public void WriteLog(string line)
    {
        LineLogged?.Invoke(line);
        Log?.Invoke(line);
    }
}
