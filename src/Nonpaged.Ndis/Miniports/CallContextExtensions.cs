namespace Nonpaged.Ndis;

/// <summary>Reports in the name of the caller.</summary>
internal static class CallContextExtensions
{
    public static void Report(this CallContext context, NdisReportKind kind, string call, string message) =>
        context.Instance.Report(kind, call, context.Driver, message);

    /// <summary>What a driver may do without end, such as to poll hardware that it did not claim, is reported once.</summary>
    public static void ReportOnce(this CallContext context, string call, string message)
    {
        bool alreadyTold = context.Instance.Reports.Any(report =>
            report.Call == call && report.Driver == context.Driver.Name && report.Message == message);
        if (!alreadyTold) context.Report(NdisReportKind.BrokenRule, call, message);
    }
}
