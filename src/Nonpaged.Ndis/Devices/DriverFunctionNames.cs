namespace Nonpaged.Ndis;

/// <summary>
/// Which function of a C driver runs, for traces and crash reports: set by the program that loads C drivers. Must not throw, nor
/// call NDIS.
/// </summary>
internal static class DriverFunctionNames
{
    private static readonly string[] s_dispatch = ["DispatchOther", .. Enumerable.Repeat("DispatchOther", 27)];

    static DriverFunctionNames()
    {
        foreach (IrpMajor major in Enum.GetValues<IrpMajor>()) s_dispatch[(int)major] = $"Dispatch{major}";
    }

    /// <summary>A function begins; returns the one that it interrupts.</summary>
    public static Func<string, string?>? Begin { get; set; }

    /// <summary>It has returned; takes what <see cref="Begin"/> gave.</summary>
    public static Action<string?>? End { get; set; }

    /// <summary>The name of the function for a kind of request.</summary>
    public static string Dispatch(byte major) => s_dispatch[Math.Min(major, s_dispatch.Length - 1)];
}
