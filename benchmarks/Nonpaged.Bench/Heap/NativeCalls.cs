using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>.NET's NativeMemory: the C library's malloc, called from C#.</summary>
internal readonly unsafe struct NativeCalls : ICalls
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint size) => (nint)NativeMemory.Alloc(size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block) => NativeMemory.Free((void*)block);
}
