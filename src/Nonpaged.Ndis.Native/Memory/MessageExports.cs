using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>ndismem.h: what the library tells its program.</summary>
internal static unsafe class MessageExports
{
    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(NonpagedSetMessageHandler))]
    public static void NonpagedSetMessageHandler(delegate* unmanaged<void*, NativeMessage*, void> Handler, void* Context)
    {
        try
        {
            using var call = NativeCall.Enter(nameof(NonpagedSetMessageHandler));
            ProgramMessages.SetHandler(Handler, Context);
            call.Trace($"Handler={(nint)Handler} Context={Context}");
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(NonpagedSetMessageHandler), exception);
        }
    }
}
