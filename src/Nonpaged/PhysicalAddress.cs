using System.Globalization;

namespace Nonpaged;

/// <summary>
/// An address as a device's DMA engine is told it, in bytes, in the physical address space of the pool it came from
/// (host frames, or a machine's RAM). Addresses of different pools cannot be compared in a meaningful way.
/// </summary>
public readonly record struct PhysicalAddress(ulong Value) : IComparable<PhysicalAddress>
{
    /// <summary>The highest address there is. As a highest acceptable address it means "no limit" (NDIS: -1).</summary>
    public static PhysicalAddress Max => new(ulong.MaxValue);

    /// <summary>The address <paramref name="bytes"/> above <paramref name="address"/>.</summary>
    public static PhysicalAddress operator +(PhysicalAddress address, ulong bytes) => new(checked(address.Value + bytes));

    /// <summary>
    /// The address <paramref name="bytes"/> above <paramref name="address"/>, or below it where they are negative.
    /// </summary>
    /// <exception cref="OverflowException">There is no such address.</exception>
    public static PhysicalAddress operator +(PhysicalAddress address, long bytes) =>
        new(bytes < 0 ? checked(address.Value - unchecked((ulong)-bytes)) : checked(address.Value + (ulong)bytes));

    /// <summary>The distance in bytes from <paramref name="right"/> up to <paramref name="left"/>.</summary>
    public static ulong operator -(PhysicalAddress left, PhysicalAddress right) => checked(left.Value - right.Value);

    /// <summary>Compares as unsigned numbers, as every limit in NDIS is meant.</summary>
    public static bool operator <(PhysicalAddress left, PhysicalAddress right) => left.Value < right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(PhysicalAddress left, PhysicalAddress right) => left.Value > right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(PhysicalAddress left, PhysicalAddress right) => left.Value <= right.Value;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(PhysicalAddress left, PhysicalAddress right) => left.Value >= right.Value;

    /// <summary>The same as the operator, for languages that have none.</summary>
    public PhysicalAddress Add(ulong bytes) => this + bytes;

    /// <inheritdoc cref="op_Addition(PhysicalAddress, long)"/>
    public PhysicalAddress Add(long bytes) => this + bytes;

    /// <summary>The same as the operator, for languages that have none.</summary>
    public ulong Subtract(PhysicalAddress other) => this - other;

    /// <inheritdoc/>
    public int CompareTo(PhysicalAddress other) => Value.CompareTo(other.Value);

    /// <summary>Hexadecimal, with the prefix 0x.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}");
}
