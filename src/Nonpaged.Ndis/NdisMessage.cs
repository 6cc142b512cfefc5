namespace Nonpaged.Ndis;

/// <summary>What is told of a call: that it failed, or that it was wrong.</summary>
/// <param name="IsFailure">It failed; otherwise it was wrong.</param>
/// <param name="Kind">The name of a <see cref="FailureKind"/> or <see cref="NdisReportKind"/>.</param>
/// <param name="Driver">Who called.</param>
/// <param name="Call">The call.</param>
/// <param name="Reason">What was wrong, as a sentence.</param>
/// <param name="Limit">Of a failure, the limit that was met.</param>
/// <param name="Remedy">Of a failure, what lifts it.</param>
/// <param name="Errno">Of a failure, the kernel's answer; 0 where there is none.</param>
internal sealed record NdisMessage(
    bool IsFailure, string Kind, string Driver, string Call, string Reason, string Limit, string Remedy, int Errno)
{
    public static NdisMessage Of(NdisReport report) =>
        new(false, report.Kind.ToString(), report.Driver, report.Call, report.Message, "", "", 0);

    public static NdisMessage Of(Driver driver, string call, AllocationFailure failure) =>
        new(true, failure.Kind.ToString(), driver.Name, call, failure.Reason, failure.Limit, failure.Remedy, failure.Errno);

    public static NdisMessage Of(Driver driver, string call, Win32Error error, string reason) =>
        new(true, nameof(FailureKind.InvalidRequest), driver.Name, call, $"{error}: {reason}", "", "", 0);

    /// <summary>What stands for a message where there were too many to tell them apart.</summary>
    public NdisMessage Further(int most) => this with
    {
        Reason = $"a further message of this kind; the program had {most} different ones",
        Limit = "",
        Remedy = "",
        Errno = 0,
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        string line = $"{Driver}: {Call}{(IsFailure ? " failed" : "")}: {Reason}";
        if (Limit.Length > 0) line += $" Limit: {Limit}.";
        return Remedy.Length > 0 ? $"{line} Remedy: {Remedy}" : line;
    }
}
