namespace Nonpaged.Ndis;

public sealed partial class NdisInstance
{
    /// <summary>Each line of the log, for those inside who listen while something happens.</summary>
    internal event Action<string>? LineLogged;

    internal void WriteLog(string line)
    {
        LineLogged?.Invoke(line);
        Log?.Invoke(line);
    }
}
