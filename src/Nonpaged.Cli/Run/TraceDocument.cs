namespace Nonpaged.Cli;

/// <summary>One call of NDIS by a C driver, as a line of JSON.</summary>
/// <param name="Time">When it returned, in seconds since the program's start.</param>
/// <param name="Driver">Who called.</param>
/// <param name="Function">The driver's function that called; null outside of any.</param>
/// <param name="Irql">At which level.</param>
/// <param name="Call">The call.</param>
/// <param name="Values">Its arguments and results, by name; what it returned is "result".</param>
internal sealed record TraceDocument(
    double Time, string Driver, string? Function, string Irql, string Call, IReadOnlyDictionary<string, string> Values);
