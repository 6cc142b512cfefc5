using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Ndis.Native;

/// <summary>What native/fork.c hands over when C enters for the first time.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStart
{
    /// <summary><see cref="ForkedDescriptors.Table"/>.</summary>
    public nint Descriptors;

    /// <summary>Does what must be done before any other call. 0 where that failed; the next call tries again.</summary>
    [UnmanagedCallersOnly(EntryPoint = "Managed" + nameof(Start))]
    public static int Start(NativeStart* start)
    {
        try
        {
            start->Descriptors = ForkedDescriptors.MakeTable();
            CurrentCall.Open();
            ProgramMessages.Start();
            return start->Descriptors != 0 ? 1 : 0;
        }
        catch (Exception exception)
        {
            NativeCall.Fail(nameof(Start), exception);
            return 0;
        }
    }
}
