using System.Diagnostics;

namespace Nonpaged.Ndis.Native;

/// <summary>Hands each call of a C driver to a listener. Set before the driver is loaded.</summary>
internal static class CallTrace
{
    private static readonly long s_start = Stopwatch.GetTimestamp();

    /// <summary>Called for each call when it returns, on the thread that made it.</summary>
    public static Action<TracedCall>? Traced { get; set; }

    public static bool IsOn => Traced is not null;

    public static void Write(string call, List<KeyValuePair<string, string>> values)
    {
        CallContext context = CallContext.Current;
        Traced?.Invoke(new TracedCall(
            Stopwatch.GetElapsedTime(s_start), context.Driver.Name, context.Irql, CurrentCall.Function, call, values));
    }
}
