using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>How a driver ended its process.</summary>
/// <param name="Signal">The signal; <see cref="Ndis.Native.CallRecords.EndedByExit"/> for exit(3); 0 where nothing is
/// known.</param>
/// <param name="Driver">The driver whose function ran; null where none did.</param>
/// <param name="Function">Its function, by NDIS's name.</param>
/// <param name="Call">The last call of NDIS that it made.</param>
/// <param name="Address">The address whose access failed; null where none did.</param>
/// <param name="IsWrite">That was a write.</param>
/// <param name="IsNoncanonical">The address was one that no memory can have, and is not known.</param>
/// <param name="Thread">The thread in the driver's function; 0 where none is.</param>
/// <param name="Stack">The places in drivers, innermost first.</param>
internal sealed record DriverFault(
    int Signal, string? Driver, string? Function, string? Call, ulong? Address, bool IsWrite, bool IsNoncanonical, int Thread,
    IReadOnlyList<CodePlace> Stack);
