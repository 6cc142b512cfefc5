using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>The numbers of 32 frames at a time, by AVX2.</summary>
internal readonly unsafe struct ThirtyTwoNumbers : INumberRun
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    public static uint Count => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreNumbers(ref uint numbers, uint last)
    {
        Vector256<uint> run = EightFrames.Run(last);
        return ((Vector256.LoadUnsafe(ref numbers, 24) ^ run)
            | (Vector256.LoadUnsafe(ref numbers, 16) ^ (run + Vector256.Create(8u)))
            | (Vector256.LoadUnsafe(ref numbers, 8) ^ (run + Vector256.Create(16u)))
            | (Vector256.LoadUnsafe(ref numbers) ^ (run + Vector256.Create(24u)))) == Vector256<uint>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(uint last, ref uint to)
    {
        Vector256<uint> run = EightFrames.Run(last);
        (run + Vector256.Create(24u)).StoreUnsafe(ref to);
        (run + Vector256.Create(16u)).StoreUnsafe(ref to, 8);
        (run + Vector256.Create(8u)).StoreUnsafe(ref to, 16);
        run.StoreUnsafe(ref to, 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOwnedBy(byte* owners, byte owner) => Vector256.Load(owners) == Vector256.Create(owner);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, byte owner) => Vector256.Create(owner).Store(owners);
}
