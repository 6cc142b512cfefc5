using System.Buffers.Binary;
using System.Text;

namespace Nonpaged.Ndis;

/// <summary>
/// What ZwQueryValueKey, ZwEnumerateKey and their kind write: the KEY_..._INFORMATION structures of the WDK.
/// </summary>
internal static class RegistryAnswers
{
    /// <summary>KEY_VALUE_BASIC_, FULL_ or PARTIAL_INFORMATION; null for another class.</summary>
    /// <param name="value">The value.</param>
    /// <param name="kind">KEY_VALUE_INFORMATION_CLASS.</param>
    /// <param name="least">The length of the part that must fit.</param>
    public static byte[]? Of(RegistryValue value, uint kind, out int least)
    {
        byte[] name = Encoding.Unicode.GetBytes(value.Name);
        int data;
        switch (kind)
        {
            case 0:
                least = 12;
                return [.. Numbers(0, value.Type, (uint)name.Length), .. name];
            case 1 or 3:
                least = 20;
                data = (20 + name.Length + 7) & ~7;
                return
                [
                    .. Numbers(0, value.Type, (uint)data, (uint)value.Data.Length, (uint)name.Length), .. name,
                    .. new byte[data - 20 - name.Length], .. value.Data,
                ];
            case 2:
                least = 12;
                return [.. Numbers(0, value.Type, (uint)value.Data.Length), .. value.Data];
            case 4:
                least = 8;
                return [.. Numbers(value.Type, (uint)value.Data.Length), .. value.Data];
            default:
                least = 0;
                return null;
        }
    }

    /// <summary>KEY_BASIC_, NODE_, FULL_ or NAME_INFORMATION; null for another class.</summary>
    public static byte[]? Of(RegistryKey key, uint kind, RegistryValue[] values, string[] keys, out int least)
    {
        byte[] name = Encoding.Unicode.GetBytes(kind == 3 ? key.Path : key.Name);
        byte[] time = BitConverter.GetBytes(key.LastWrite);
        switch (kind)
        {
            case 0:
                least = 16;
                return [.. time, .. Numbers(0, (uint)name.Length), .. name];
            case 1:
                least = 24;
                return [.. time, .. Numbers(0, uint.MaxValue, 0, (uint)name.Length), .. name];
            case 2:
                least = 44;
                return
                [
                    .. time,
                    .. Numbers(
                        0, uint.MaxValue, 0, (uint)keys.Length, (uint)Longest(keys), 0, (uint)values.Length,
                        (uint)Longest(values.Select(value => value.Name)),
                        (uint)values.Select(value => value.Data.Length).DefaultIfEmpty().Max()),
                ];
            case 3:
                least = 4;
                return [.. Numbers((uint)name.Length), .. name];
            default:
                least = 0;
                return null;
        }
    }

    /// <summary>Writes an answer as far as there is room, and says how long it is.</summary>
    public static unsafe uint Write(byte[]? answer, int least, void* buffer, uint length, uint* needed)
    {
        if (answer is null) return NtStatus.InvalidParameter;
        if (needed != null) *needed = (uint)answer.Length;
        if (length < least || buffer == null) return NtStatus.BufferTooSmall;
        int written = (int)Math.Min(length, (uint)answer.Length);
        answer.AsSpan(0, written).CopyTo(new Span<byte>(buffer, written));
        return written < answer.Length ? NtStatus.BufferOverflow : NtStatus.Success;
    }

    private static int Longest(IEnumerable<string> names) =>
        names.Select(name => name.Length * sizeof(char)).DefaultIfEmpty().Max();

    private static byte[] Numbers(params ReadOnlySpan<uint> numbers)
    {
        byte[] bytes = new byte[numbers.Length * sizeof(uint)];
        for (int index = 0; index < numbers.Length; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(index * sizeof(uint)), numbers[index]);
        return bytes;
    }
}
