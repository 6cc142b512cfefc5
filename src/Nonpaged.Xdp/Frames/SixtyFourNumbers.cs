using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>The numbers of 64 frames at a time, by AVX-512.</summary>
internal readonly unsafe struct SixtyFourNumbers : INumberRun
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    public static uint Count => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreNumbers(ref uint numbers, uint last)
    {
        Vector512<uint> run = SixteenFrames.Run(last);
        return ((Vector512.LoadUnsafe(ref numbers, 48) ^ run)
            | (Vector512.LoadUnsafe(ref numbers, 32) ^ (run + Vector512.Create(16u)))
            | (Vector512.LoadUnsafe(ref numbers, 16) ^ (run + Vector512.Create(32u)))
            | (Vector512.LoadUnsafe(ref numbers) ^ (run + Vector512.Create(48u)))) == Vector512<uint>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(uint last, ref uint to)
    {
        Vector512<uint> run = SixteenFrames.Run(last);
        (run + Vector512.Create(48u)).StoreUnsafe(ref to);
        (run + Vector512.Create(32u)).StoreUnsafe(ref to, 16);
        (run + Vector512.Create(16u)).StoreUnsafe(ref to, 32);
        run.StoreUnsafe(ref to, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOwnedBy(byte* owners, byte owner) => Vector512.Load(owners) == Vector512.Create(owner);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, byte owner) => Vector512.Create(owner).Store(owners);
}
