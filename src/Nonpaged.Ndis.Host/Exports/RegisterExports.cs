using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>wdm.h: single registers and ports, and buffers of them, behind the macros of NDIS and of the HAL.</summary>
internal static unsafe class RegisterExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadRegisterUchar))]
    public static byte NonpagedReadRegisterUchar(byte* Register)
    {
        using var call = NativeCall.Enter("NdisReadRegisterUchar");
        NdisLibrary.NdisReadRegisterUchar(Register, out byte value);
        call.Trace($"Register={Register} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWriteRegisterUchar))]
    public static void NonpagedWriteRegisterUchar(byte* Register, byte Value)
    {
        using var call = NativeCall.Enter("NdisWriteRegisterUchar");
        NdisLibrary.NdisWriteRegisterUchar(Register, Value);
        call.Trace($"Register={Register} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortUchar))]
    public static byte NonpagedReadPortUchar(void* Port)
    {
        using var call = NativeCall.Enter("NdisRawReadPortUchar");
        NdisLibrary.NdisRawReadPortUchar(Port, out byte value);
        call.Trace($"Port={Port} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortUchar))]
    public static void NonpagedWritePortUchar(void* Port, byte Value)
    {
        using var call = NativeCall.Enter("NdisRawWritePortUchar");
        NdisLibrary.NdisRawWritePortUchar(Port, Value);
        call.Trace($"Port={Port} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortBufferUchar))]
    public static void NonpagedReadPortBufferUchar(void* Port, byte* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawReadPortBufferUchar");
        NdisLibrary.NdisRawReadPortBufferUchar(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortBufferUchar))]
    public static void NonpagedWritePortBufferUchar(void* Port, byte* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawWritePortBufferUchar");
        NdisLibrary.NdisRawWritePortBufferUchar(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadRegisterUshort))]
    public static ushort NonpagedReadRegisterUshort(ushort* Register)
    {
        using var call = NativeCall.Enter("NdisReadRegisterUshort");
        NdisLibrary.NdisReadRegisterUshort(Register, out ushort value);
        call.Trace($"Register={Register} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWriteRegisterUshort))]
    public static void NonpagedWriteRegisterUshort(ushort* Register, ushort Value)
    {
        using var call = NativeCall.Enter("NdisWriteRegisterUshort");
        NdisLibrary.NdisWriteRegisterUshort(Register, Value);
        call.Trace($"Register={Register} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortUshort))]
    public static ushort NonpagedReadPortUshort(void* Port)
    {
        using var call = NativeCall.Enter("NdisRawReadPortUshort");
        NdisLibrary.NdisRawReadPortUshort(Port, out ushort value);
        call.Trace($"Port={Port} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortUshort))]
    public static void NonpagedWritePortUshort(void* Port, ushort Value)
    {
        using var call = NativeCall.Enter("NdisRawWritePortUshort");
        NdisLibrary.NdisRawWritePortUshort(Port, Value);
        call.Trace($"Port={Port} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortBufferUshort))]
    public static void NonpagedReadPortBufferUshort(void* Port, ushort* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawReadPortBufferUshort");
        NdisLibrary.NdisRawReadPortBufferUshort(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortBufferUshort))]
    public static void NonpagedWritePortBufferUshort(void* Port, ushort* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawWritePortBufferUshort");
        NdisLibrary.NdisRawWritePortBufferUshort(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadRegisterUlong))]
    public static uint NonpagedReadRegisterUlong(uint* Register)
    {
        using var call = NativeCall.Enter("NdisReadRegisterUlong");
        NdisLibrary.NdisReadRegisterUlong(Register, out uint value);
        call.Trace($"Register={Register} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWriteRegisterUlong))]
    public static void NonpagedWriteRegisterUlong(uint* Register, uint Value)
    {
        using var call = NativeCall.Enter("NdisWriteRegisterUlong");
        NdisLibrary.NdisWriteRegisterUlong(Register, Value);
        call.Trace($"Register={Register} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortUlong))]
    public static uint NonpagedReadPortUlong(void* Port)
    {
        using var call = NativeCall.Enter("NdisRawReadPortUlong");
        NdisLibrary.NdisRawReadPortUlong(Port, out uint value);
        call.Trace($"Port={Port} ={value}");
        return value;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortUlong))]
    public static void NonpagedWritePortUlong(void* Port, uint Value)
    {
        using var call = NativeCall.Enter("NdisRawWritePortUlong");
        NdisLibrary.NdisRawWritePortUlong(Port, Value);
        call.Trace($"Port={Port} Value={Value}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReadPortBufferUlong))]
    public static void NonpagedReadPortBufferUlong(void* Port, uint* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawReadPortBufferUlong");
        NdisLibrary.NdisRawReadPortBufferUlong(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedWritePortBufferUlong))]
    public static void NonpagedWritePortBufferUlong(void* Port, uint* Buffer, uint Count)
    {
        using var call = NativeCall.Enter("NdisRawWritePortBufferUlong");
        NdisLibrary.NdisRawWritePortBufferUlong(Port, Buffer, Count);
        call.Trace($"Port={Port} Buffer={Buffer} Count={Count}");
    }
}
