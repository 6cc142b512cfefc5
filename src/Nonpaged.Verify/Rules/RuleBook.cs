namespace Nonpaged.Verify;

/// <summary>The rules that reports are about: their names, and where they are from.</summary>
internal static class RuleBook
{
    /// <summary>The rule's name.</summary>
    public static string NameOf(NdisReport report) => report.Kind switch
    {
        NdisReportKind.BrokenRule => $"broken-rule/{report.Call}",
        NdisReportKind.BadHandle => $"bad-handle/{report.Call}",
        NdisReportKind.Leak => $"leak/{report.Call}",
        _ => Kebab.Of(report.Kind.ToString()),
    };

    /// <summary>Where it is from.</summary>
    public static string SourceOf(NdisReport report) => report.Kind switch
    {
        NdisReportKind.Leak => "NDIS 5: MiniportHalt and DriverUnload free all that the driver allocated",
        NdisReportKind.DeviceFault => "NDIS 5: a device reaches memory that was mapped or allocated for it, while it is",
        NdisReportKind.LockHeldAtReturn or NdisReportKind.LockOrder => "WDK, \"Spin Locks\"",
        NdisReportKind.TooLong => "WDK, \"Guidelines for Writing DPC Routines\", and MiniportISR of NDIS 5",
        NdisReportKind.HardwareGone => "NDIS 5, MiniportCheckForHang and MiniportReset",
        NdisReportKind.WriteAfterFree or NdisReportKind.WritePastEnd =>
            "memory belongs to a driver from its allocation to its free",
        NdisReportKind.IrqlTooHigh or NdisReportKind.IrqlTooLow => $"NDIS 5, {report.Call}: IRQL",
        // Functions of a driver's device are not of NDIS.
        _ when report.Call.StartsWith("Dispatch", StringComparison.Ordinal) || report.Call == "DriverCancel" =>
            $"WDK, {report.Call}",
        _ => $"NDIS 5, {FunctionOf(report.Call)}",
    };

    // "SendHandler", a member of the characteristics, is MiniportSend in the documents.
    private static string FunctionOf(string call) =>
        call.EndsWith("Handler", StringComparison.Ordinal) ? $"Miniport{call[..^"Handler".Length]}" : call;
}
