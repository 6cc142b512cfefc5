using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: the memory calls of Windows CE's coredll.</summary>
internal static unsafe class CoreDllExports
{
    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(LocalAlloc))]
    public static void* LocalAlloc(uint uFlags, uint uBytes)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(LocalAlloc));
            void* block = CoreDll.LocalAlloc(uFlags, uBytes);
            call.Trace($"uFlags={uFlags} uBytes={uBytes} ={block}");
            return block;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(LocalAlloc), exception);
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(LocalReAlloc))]
    public static void* LocalReAlloc(void* hMem, uint uBytes, uint uFlags)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(LocalReAlloc));
            void* block = CoreDll.LocalReAlloc(hMem, uBytes, uFlags);
            call.Trace($"hMem={hMem} uBytes={uBytes} uFlags={uFlags} ={block}");
            return block;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(LocalReAlloc), exception);
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(LocalSize))]
    public static uint LocalSize(void* hMem)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(LocalSize));
            uint size = CoreDll.LocalSize(hMem);
            call.Trace($"hMem={hMem} ={size}");
            return size;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(LocalSize), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(LocalFree))]
    public static void* LocalFree(void* hMem)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(LocalFree));
            void* left = CoreDll.LocalFree(hMem);
            call.Trace($"hMem={hMem} ={left}");
            return left;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(LocalFree), exception);
            return hMem;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(VirtualAlloc))]
    public static void* VirtualAlloc(void* lpAddress, nuint dwSize, uint flAllocationType, uint flProtect)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(VirtualAlloc));
            void* pages = CoreDll.VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect);
            call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} flAllocationType={flAllocationType} flProtect={flProtect} "
                + $"={pages}");
            return pages;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(VirtualAlloc), exception);
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(VirtualFree))]
    public static int VirtualFree(void* lpAddress, nuint dwSize, uint dwFreeType)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(VirtualFree));
            int done = CoreDll.VirtualFree(lpAddress, dwSize, dwFreeType) ? 1 : 0;
            call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} dwFreeType={dwFreeType} ={done}");
            return done;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(VirtualFree), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(VirtualProtect))]
    public static int VirtualProtect(void* lpAddress, nuint dwSize, uint flNewProtect, uint* lpflOldProtect)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(VirtualProtect));
            int done = CoreDll.VirtualProtect(lpAddress, dwSize, flNewProtect, out uint old) ? 1 : 0;
            if (lpflOldProtect != null) *lpflOldProtect = old;
            call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} flNewProtect={flNewProtect} lpflOldProtect={old} ={done}");
            return done;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(VirtualProtect), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(VirtualLock))]
    public static int VirtualLock(void* lpAddress, nuint dwSize)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(VirtualLock));
            int done = CoreDll.VirtualLock(lpAddress, dwSize) ? 1 : 0;
            call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} ={done}");
            return done;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(VirtualLock), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(VirtualUnlock))]
    public static int VirtualUnlock(void* lpAddress, nuint dwSize)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(VirtualUnlock));
            int done = CoreDll.VirtualUnlock(lpAddress, dwSize) ? 1 : 0;
            call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} ={done}");
            return done;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(VirtualUnlock), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(AllocPhysMem))]
    public static void* AllocPhysMem(uint cbSize, uint fdwProtect, uint dwAlignmentMask, uint dwFlags, uint* pPhysicalAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(AllocPhysMem));
            void* block = CoreDll.AllocPhysMem(cbSize, fdwProtect, dwAlignmentMask, dwFlags, out uint physical);
            if (pPhysicalAddress != null) *pPhysicalAddress = physical;
            call.Trace($"cbSize={cbSize} fdwProtect={fdwProtect} dwAlignmentMask={dwAlignmentMask} dwFlags={dwFlags} "
                + $"pPhysicalAddress={physical} ={block}");
            return block;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(AllocPhysMem), exception);
            if (pPhysicalAddress != null) *pPhysicalAddress = 0;
            return null;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(FreePhysMem))]
    public static int FreePhysMem(void* lpvAddress)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(FreePhysMem));
            int done = CoreDll.FreePhysMem(lpvAddress) ? 1 : 0;
            call.Trace($"lpvAddress={lpvAddress} ={done}");
            return done;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(FreePhysMem), exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(GetLastError))]
    public static uint GetLastError()
    {
        try
        {
            using var call = NativeCall.Enter(nameof(GetLastError));
            uint error = (uint)CoreDll.GetLastError();
            call.Trace($"={error}");
            return error;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(GetLastError), exception);
            return (uint)Win32Error.ERROR_NOT_ENOUGH_MEMORY;
        }
    }
}
