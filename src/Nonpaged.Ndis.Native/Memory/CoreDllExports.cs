using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: the memory calls of Windows CE's coredll.</summary>
internal static unsafe class CoreDllExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(LocalAlloc))]
    public static void* LocalAlloc(uint uFlags, uint uBytes)
    {
        using var call = NativeCall.Enter(nameof(LocalAlloc));
        var block = CoreDll.LocalAlloc(uFlags, uBytes);
        call.Trace($"uFlags={uFlags} uBytes={uBytes} ={block}");
        return block;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(LocalReAlloc))]
    public static void* LocalReAlloc(void* hMem, uint uBytes, uint uFlags)
    {
        using var call = NativeCall.Enter(nameof(LocalReAlloc));
        var block = CoreDll.LocalReAlloc(hMem, uBytes, uFlags);
        call.Trace($"hMem={hMem} uBytes={uBytes} uFlags={uFlags} ={block}");
        return block;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(LocalSize))]
    public static uint LocalSize(void* hMem)
    {
        using var call = NativeCall.Enter(nameof(LocalSize));
        var size = CoreDll.LocalSize(hMem);
        call.Trace($"hMem={hMem} ={size}");
        return size;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(LocalFree))]
    public static void* LocalFree(void* hMem)
    {
        using var call = NativeCall.Enter(nameof(LocalFree));
        var left = CoreDll.LocalFree(hMem);
        call.Trace($"hMem={hMem} ={left}");
        return left;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(VirtualAlloc))]
    public static void* VirtualAlloc(void* lpAddress, nuint dwSize, uint flAllocationType, uint flProtect)
    {
        using var call = NativeCall.Enter(nameof(VirtualAlloc));
        var pages = CoreDll.VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect);
        call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} flAllocationType={flAllocationType} flProtect={flProtect} ={pages}");
        return pages;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(VirtualFree))]
    public static int VirtualFree(void* lpAddress, nuint dwSize, uint dwFreeType)
    {
        using var call = NativeCall.Enter(nameof(VirtualFree));
        var done = CoreDll.VirtualFree(lpAddress, dwSize, dwFreeType) ? 1 : 0;
        call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} dwFreeType={dwFreeType} ={done}");
        return done;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(VirtualProtect))]
    public static int VirtualProtect(void* lpAddress, nuint dwSize, uint flNewProtect, uint* lpflOldProtect)
    {
        using var call = NativeCall.Enter(nameof(VirtualProtect));
        var done = CoreDll.VirtualProtect(lpAddress, dwSize, flNewProtect, out var old) ? 1 : 0;
        if (lpflOldProtect != null) *lpflOldProtect = old;
        call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} flNewProtect={flNewProtect} lpflOldProtect={old} ={done}");
        return done;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(VirtualLock))]
    public static int VirtualLock(void* lpAddress, nuint dwSize)
    {
        using var call = NativeCall.Enter(nameof(VirtualLock));
        var done = CoreDll.VirtualLock(lpAddress, dwSize) ? 1 : 0;
        call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} ={done}");
        return done;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(VirtualUnlock))]
    public static int VirtualUnlock(void* lpAddress, nuint dwSize)
    {
        using var call = NativeCall.Enter(nameof(VirtualUnlock));
        var done = CoreDll.VirtualUnlock(lpAddress, dwSize) ? 1 : 0;
        call.Trace($"lpAddress={lpAddress} dwSize={(long)dwSize} ={done}");
        return done;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(AllocPhysMem))]
    public static void* AllocPhysMem(uint cbSize, uint fdwProtect, uint dwAlignmentMask, uint dwFlags, uint* pPhysicalAddress)
    {
        using var call = NativeCall.Enter(nameof(AllocPhysMem));
        var block = CoreDll.AllocPhysMem(cbSize, fdwProtect, dwAlignmentMask, dwFlags, out var physical);
        if (pPhysicalAddress != null) *pPhysicalAddress = physical;
        call.Trace($"cbSize={cbSize} fdwProtect={fdwProtect} dwAlignmentMask={dwAlignmentMask} dwFlags={dwFlags} pPhysicalAddress={physical} ={block}");
        return block;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(FreePhysMem))]
    public static int FreePhysMem(void* lpvAddress)
    {
        using var call = NativeCall.Enter(nameof(FreePhysMem));
        var done = CoreDll.FreePhysMem(lpvAddress) ? 1 : 0;
        call.Trace($"lpvAddress={lpvAddress} ={done}");
        return done;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(GetLastError))]
    public static uint GetLastError()
    {
        using var call = NativeCall.Enter(nameof(GetLastError));
        var error = (uint)CoreDll.GetLastError();
        call.Trace($"={error}");
        return error;
    }
}
