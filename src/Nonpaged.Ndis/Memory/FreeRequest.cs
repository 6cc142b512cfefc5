namespace Nonpaged.Ndis;

/// <summary>A call that gives memory back, as the driver made it.</summary>
/// <param name="Family">Whose memory the call is for.</param>
/// <param name="Call">Its name.</param>
/// <param name="Length">The length it gave, where it has one.</param>
/// <param name="Flags">The flags it gave, where it has some.</param>
/// <param name="PhysicalAddress">The physical address it gave, where it has one.</param>
internal readonly record struct FreeRequest(
    MemoryCall Family, string Call, uint? Length = null, uint? Flags = null, PhysicalAddress? PhysicalAddress = null);
