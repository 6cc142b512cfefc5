namespace Nonpaged.Ndis;

public sealed partial class NdisInstance
{
    /// <summary>Each line of the log, for those inside who listen while something happens.</summary>
    internal event Action<string>? LineLogged;

    /// <summary>Is told of each failure and report of any instance: for C programs, which have no <see cref="Log"/>. Must not throw, nor call NDIS.</summary>
    internal static Action<NdisMessage>? Listener { get; set; }

    internal void Tell(NdisMessage message)
    {
        Listener?.Invoke(message);
        WriteLog(message.ToString());
    }

    internal void WriteLog(string line)
    {
        LineLogged?.Invoke(line);
        Log?.Invoke(line);
    }
}
