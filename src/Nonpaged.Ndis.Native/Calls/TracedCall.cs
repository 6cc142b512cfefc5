namespace Nonpaged.Ndis.Native;

/// <summary>A call of NDIS that a C driver made.</summary>
/// <param name="Time">When it returned, since the start of the program.</param>
/// <param name="Driver">Who called.</param>
/// <param name="Irql">At which level.</param>
/// <param name="Function">The driver's function that called.</param>
/// <param name="Call">The call.</param>
/// <param name="Values">Its arguments and results, by name; what it returned is "result".</param>
internal sealed record TracedCall(
    TimeSpan Time, string Driver, Irql Irql, string? Function, string Call, IReadOnlyList<KeyValuePair<string, string>> Values);
