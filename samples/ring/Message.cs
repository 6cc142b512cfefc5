using System.Numerics;
using System.Runtime.InteropServices;

namespace SharedRing;

/// <summary>What the ring carries: 32 bytes, so that none lies in two cache lines.</summary>
/// <param name="Number">They are counted from 0.</param>
/// <param name="Value">Some payload.</param>
/// <param name="Checksum">CRC-32C of the two.</param>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal readonly record struct Message(ulong Number, ulong Value, ulong Checksum)
{
    /// <summary>The contents are those that were written.</summary>
    public bool IsWhole => Checksum == Sum(Number, Value);

    /// <summary>The message of a number, with a value that differs in many bits from its neighbours'.</summary>
    public static Message Of(ulong number)
    {
        ulong value = number * 0x9e3779b97f4a7c15;
        return new Message(number, value, Sum(number, value));
    }

    private static uint Sum(ulong number, ulong value) =>
        BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, number), value);
}
