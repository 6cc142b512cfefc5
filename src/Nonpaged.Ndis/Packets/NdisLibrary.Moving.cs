using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Copies bytes; the ranges may overlap.</summary>
    public static void NdisMoveMemory(void* Destination, void* Source, uint Length) =>
        Buffer.MemoryCopy(Source, Destination, Length, Length);

    /// <summary>Fills with zeros.</summary>
    public static void NdisZeroMemory(void* Destination, uint Length) => NativeMemory.Clear(Destination, Length);

    /// <summary>Fills with one byte.</summary>
    public static void NdisFillMemory(void* Destination, uint Length, byte Fill) => NativeMemory.Fill(Destination, Length, Fill);

    /// <summary>Compares bytes.</summary>
    public static bool NdisEqualMemory(void* Source1, void* Source2, uint Length) =>
        new ReadOnlySpan<byte>(Source1, checked((int)Length)).SequenceEqual(new ReadOnlySpan<byte>(Source2, (int)Length));
}
