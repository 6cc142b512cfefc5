namespace Nonpaged.Cli;

/// <summary>How a C driver crashed, as JSON.</summary>
/// <param name="Signal">The signal's name.</param>
/// <param name="Driver">The driver.</param>
/// <param name="Function">The driver's function that ran; null where none did.</param>
/// <param name="Irql">The level at which it ran.</param>
/// <param name="Call">The last call of NDIS that it made; null where it made none.</param>
/// <param name="InCall">That call had not returned.</param>
/// <param name="Calls">How many calls it made.</param>
/// <param name="Address">The address whose access failed; null where the signal tells none.</param>
/// <param name="Location">Where in which file the code is.</param>
/// <param name="Meaning">What such a fault means, where that is known.</param>
/// <param name="Remedy">What shows more.</param>
internal sealed record CrashDocument(
    string Signal,
    string Driver,
    string? Function,
    string Irql,
    string? Call,
    bool InCall,
    ulong Calls,
    string? Address,
    string? Location,
    string? Meaning,
    string Remedy)
{
    public AllocationFailure ToFailure()
    {
        string where = Function is null ? "outside of its functions" : $"in {Function}";
        string last = Call is null ? "it had not called NDIS"
            : InCall ? $"it was in {Call}"
            : $"its last call was {Call}, which had returned";
        string at = Location is null ? "" : $", at {Location}";
        string address = Address is null ? "" : $" at the address {Address}";
        return new AllocationFailure(FailureKind.Other,
            $"The driver {Driver} crashed: {Signal}{address}, {where} at {Irql}{at}; "
                + $"{last}.{(Meaning is null ? "" : $" {Meaning}")}",
            "a process of its own, which has ended, with its machine",
            Remedy);
    }
}
