using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    /// <summary>
    /// backtrace(3): where the functions that are being called will go on, innermost first. Returns how many.
    /// </summary>
    public static int Backtrace(Span<nint> addresses)
    {
        fixed (nint* first = addresses) return backtrace((void**)first, addresses.Length);
    }

    /// <summary>
    /// dladdr(3): the loaded file that an address lies in, and the function before it; false where there is no file.
    /// </summary>
    public static bool DlAddr(nint address, out LoadedPlace place)
    {
        place = default;
        Module module = default;
        if (dladdr((void*)address, &module) == 0 || module.File is null) return false;
        place = new LoadedPlace(
            Marshal.PtrToStringUTF8((nint)module.File)!, address - (nint)module.Start,
            Marshal.PtrToStringUTF8((nint)module.Symbol), module.Symbol is null ? 0
                : address - (nint)module.SymbolStart);
        return true;
    }

    [LibraryImport(Library)]
    private static partial int backtrace(void** buffer, int size);

    [LibraryImport(Library)]
    private static partial int dladdr(void* address, Module* module);

    // Dl_info of dlfcn.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Module
    {
        public byte* File;
        public void* Start;
        public byte* Symbol;
        public void* SymbolStart;
    }
}
