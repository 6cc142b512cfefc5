using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>
/// The descriptors that hold memory: its files, and what pins it. A child of fork(2) that does not exec inherits them, and with
/// them the memory. The child handler of C programs
/// (native/fork.c) closes what is listed here, without managed code. Thread-safe.
/// </summary>
/// <remarks>
/// A set of bits: of a table of pages of 32,768 bits each, indexed by the descriptor. A bit is set or cleared by one store, and
/// no page ever moves, so a fork at any moment sees a sane
/// table.
/// </remarks>
internal static unsafe class ForkedDescriptors
{
    // native/fork.c has the same three.
    private const int PageCount = 1024;
    private const int BitsPerPage = 1 << 15;
    private const int BitsPerWord = 64;

    private static nint s_table;

    /// <summary>The address of the table of pages, for C; 0 where nothing was ever listed.</summary>
    public static nint Table => Volatile.Read(ref s_table);

    /// <summary>The same, made where it is missing. 0 where there is no memory for it.</summary>
    public static nint MakeTable() => (nint)At(ref s_table, PageCount * sizeof(nint), allocate: true);

    /// <summary>Lists a descriptor: after it was opened.</summary>
    public static void Add(SafeFileHandle descriptor)
    {
        ulong* word = WordOf(descriptor, allocate: true, out ulong bit);
        if (word != null) Interlocked.Or(ref *word, bit);
    }

    /// <summary>
    /// Takes a descriptor off the list: before it is closed, because its number may be of another file right after.
    /// </summary>
    public static void Remove(SafeFileHandle descriptor)
    {
        ulong* word = WordOf(descriptor, allocate: false, out ulong bit);
        if (word != null) Interlocked.And(ref *word, ~bit);
    }

    /// <summary>Where a descriptor's bit is; null where there is no room for it: a child keeps that one open.</summary>
    private static ulong* WordOf(SafeFileHandle descriptor, bool allocate, out ulong bit)
    {
        bit = 0;
        if (descriptor.IsInvalid || descriptor.IsClosed) return null;
        nint number = descriptor.DangerousGetHandle();
        if (number / BitsPerPage >= PageCount) return null;
        nint* pages = (nint*)At(ref s_table, PageCount * sizeof(nint), allocate);
        if (pages == null) return null;
        ulong* page = (ulong*)At(ref pages[number / BitsPerPage], BitsPerPage / 8, allocate);
        if (page == null) return null;
        bit = 1UL << (int)(number % BitsPerWord);
        return page + (number % BitsPerPage / BitsPerWord);
    }

    /// <summary>What a place points to; what is missing is allocated, zeroed, and never freed.</summary>
    private static void* At(ref nint place, int length, bool allocate)
    {
        nint there = Volatile.Read(ref place);
        if (there != 0 || !allocate) return (void*)there;
        void* made;
        try
        {
            made = NativeMemory.AllocZeroed((nuint)length);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        there = Interlocked.CompareExchange(ref place, (nint)made, 0);
        if (there == 0) return made;
        NativeMemory.Free(made);
        return (void*)there;
    }
}
