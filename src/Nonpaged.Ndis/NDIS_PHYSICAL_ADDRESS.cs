using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A physical address: LARGE_INTEGER, a union of QuadPart and {LowPart, HighPart}. As a limit it is compared unsigned, so -1
/// means none and (LowPart -1, HighPart 0) means below 4 GiB.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct NDIS_PHYSICAL_ADDRESS : IEquatable<NDIS_PHYSICAL_ADDRESS>
{
    /// <summary>All 64 bits.</summary>
    [FieldOffset(0)]
    public long QuadPart;

    /// <summary>The low 32 bits.</summary>
    [FieldOffset(0)]
    public uint LowPart;

    /// <summary>The high 32 bits.</summary>
    [FieldOffset(4)]
    public int HighPart;

    /// <summary>From all 64 bits.</summary>
    public NDIS_PHYSICAL_ADDRESS(long quadPart) => QuadPart = quadPart;

    /// <summary>-1: no limit.</summary>
    public static NDIS_PHYSICAL_ADDRESS None => new(-1);

    /// <summary>NDIS_PHYSICAL_ADDRESS_CONST(Low, High).</summary>
    public static NDIS_PHYSICAL_ADDRESS Const(uint low, int high) => new(((long)high << 32) | low);

    /// <summary>As the memory below NDIS counts: unsigned.</summary>
    public readonly PhysicalAddress ToPhysicalAddress() => new((ulong)QuadPart);

    /// <inheritdoc/>
    public readonly bool Equals(NDIS_PHYSICAL_ADDRESS other) => QuadPart == other.QuadPart;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is NDIS_PHYSICAL_ADDRESS other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => QuadPart.GetHashCode();

    /// <inheritdoc/>
    public static bool operator ==(NDIS_PHYSICAL_ADDRESS left, NDIS_PHYSICAL_ADDRESS right) => left.Equals(right);

    /// <inheritdoc/>
    public static bool operator !=(NDIS_PHYSICAL_ADDRESS left, NDIS_PHYSICAL_ADDRESS right) => !left.Equals(right);

    /// <summary>Hexadecimal, unsigned.</summary>
    public override readonly string ToString() => ToPhysicalAddress().ToString();
}
