namespace Nonpaged.Ndis;

/// <summary>What the functions of a driver are called, which it registers by a number.</summary>
internal static class DriverFunctionNames
{
    private static readonly string[] s_dispatch = ["DispatchOther", .. Enumerable.Repeat("DispatchOther", 27)];

    static DriverFunctionNames()
    {
        foreach (IrpMajor major in Enum.GetValues<IrpMajor>()) s_dispatch[(int)major] = $"Dispatch{major}";
    }

    /// <summary>The name of the function for a kind of request.</summary>
    public static string Dispatch(byte major) => s_dispatch[Math.Min(major, s_dispatch.Length - 1)];
}
