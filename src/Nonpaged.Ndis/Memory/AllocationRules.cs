namespace Nonpaged.Ndis;

/// <summary>
/// The rules that bind a caller of NdisAllocateMemory. A breach is reported, and refused only where the instance was asked to.
/// </summary>
internal static class AllocationRules
{
    /// <summary>Reports breaches of a call that is about to be served. Returns why it is refused, or null.</summary>
    public static AllocationFailure? Check(CallContext context, NdisAllocation allocation)
    {
        string? breach = null;
        if (allocation.Flags != 0 && context.Driver.Kind == DriverKind.Protocol)
            breach = "was called with flags by a protocol driver; expected flags 0 (C12)";
        else if (allocation.Flags != 0 && context is { Driver.Kind: DriverKind.Miniport, Initializing: false })
            breach = "was called with flags outside initialization; expected them in initialization only (C12)";

        if (breach is not null)
        {
            context.Instance.Report(
                NdisReportKind.FlagsOutsideInitialization, allocation.Call, context.Driver, $"{breach}: {allocation}.");
        }

        Irql highest = allocation.Flags == 0 ? Irql.DISPATCH_LEVEL : Irql.PASSIVE_LEVEL;
        if (context.Irql > highest)
        {
            context.Instance.Report(
                NdisReportKind.IrqlTooHigh, allocation.Call, context.Driver,
                $"was called at {context.Irql}; expected {highest} at most: {allocation}.");
        }

        return breach is null || !context.Instance.Options.RefuseBreaches ? null
            : new AllocationFailure(FailureKind.InvalidRequest,
                $"The call {breach}.", "clause C12, which this instance enforces",
                "call it in initialization, from a miniport; or do not set RefuseBreaches");
    }
}
