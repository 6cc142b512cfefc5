using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisprot.h: registration, bindings, events.</summary>
internal static unsafe class ProtocolExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedRegisterProtocol))]
    public static void NonpagedRegisterProtocol(
        NDIS_STATUS* Status, NDIS_HANDLE* NdisProtocolHandle, NativeProtocolCharacteristics* ProtocolCharacteristics,
        uint CharacteristicsLength)
    {
        using var call = NativeCall.Enter("NdisRegisterProtocol");
        *NdisProtocolHandle = default;
        if (NativeProtocolCharacteristics.Read(ProtocolCharacteristics, CharacteristicsLength) is { } characteristics)
        {
            NdisLibrary.NdisRegisterProtocol(
                out *Status, out *NdisProtocolHandle, NativeProtocol.Wrap(characteristics), CharacteristicsLength);
        }
        else
        {
            *Status = NDIS_STATUS_BAD_CHARACTERISTICS;
            CallContext.Current.Report(
                NdisReportKind.BrokenRule,
                "NdisRegisterProtocol",
                $"The characteristics have {CharacteristicsLength} bytes: too few for their version.");
        }

        call.Trace($"Status={*Status} NdisProtocolHandle={*NdisProtocolHandle} "
            + $"ProtocolCharacteristics={ProtocolCharacteristics} CharacteristicsLength={CharacteristicsLength}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisDeregisterProtocol))]
    public static void NdisDeregisterProtocol(NDIS_STATUS* Status, nint NdisProtocolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisDeregisterProtocol));
        NdisLibrary.NdisDeregisterProtocol(out *Status, new NDIS_HANDLE(NdisProtocolHandle));
        call.Trace($"Status={*Status} NdisProtocolHandle={NdisProtocolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisOpenAdapter))]
    public static void NdisOpenAdapter(
        NDIS_STATUS* Status, NDIS_STATUS* OpenErrorStatus, NDIS_HANDLE* NdisBindingHandle, uint* SelectedMediumIndex,
        NDIS_MEDIUM* MediumArray, uint MediumArraySize, nint NdisProtocolHandle, nint ProtocolBindingContext,
        NDIS_STRING* AdapterName, uint OpenOptions, void* AddressingInformation)
    {
        using var call = NativeCall.Enter(nameof(NdisOpenAdapter));
        NdisLibrary.NdisOpenAdapter(
            out *Status, out NDIS_STATUS error, out *NdisBindingHandle, out uint selected, MediumArray, MediumArraySize,
            new NDIS_HANDLE(NdisProtocolHandle), new NDIS_HANDLE(ProtocolBindingContext), AdapterName, OpenOptions,
            AddressingInformation);
        if (OpenErrorStatus != null) *OpenErrorStatus = error;
        if (SelectedMediumIndex != null) *SelectedMediumIndex = selected;
        call.Trace($"Status={*Status} NdisBindingHandle={*NdisBindingHandle} SelectedMediumIndex={selected} "
            + $"MediumArraySize={MediumArraySize} NdisProtocolHandle={NdisProtocolHandle} "
            + $"ProtocolBindingContext={ProtocolBindingContext} AdapterName={NDIS_STRING.Text(AdapterName)}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCloseAdapter))]
    public static void NdisCloseAdapter(NDIS_STATUS* Status, nint NdisBindingHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisCloseAdapter));
        NdisLibrary.NdisCloseAdapter(out *Status, new NDIS_HANDLE(NdisBindingHandle));
        call.Trace($"Status={*Status} NdisBindingHandle={NdisBindingHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCompleteBindAdapter))]
    public static void NdisCompleteBindAdapter(nint BindAdapterContext, NDIS_STATUS Status, NDIS_STATUS OpenStatus)
    {
        using var call = NativeCall.Enter(nameof(NdisCompleteBindAdapter));
        NdisLibrary.NdisCompleteBindAdapter(new NDIS_HANDLE(BindAdapterContext), Status, OpenStatus);
        call.Trace($"BindAdapterContext={BindAdapterContext} Status={Status} OpenStatus={OpenStatus}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCompleteUnbindAdapter))]
    public static void NdisCompleteUnbindAdapter(nint UnbindAdapterContext, NDIS_STATUS Status)
    {
        using var call = NativeCall.Enter(nameof(NdisCompleteUnbindAdapter));
        NdisLibrary.NdisCompleteUnbindAdapter(new NDIS_HANDLE(UnbindAdapterContext), Status);
        call.Trace($"UnbindAdapterContext={UnbindAdapterContext} Status={Status}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReEnumerateProtocolBindings))]
    public static void NdisReEnumerateProtocolBindings(nint NdisProtocolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisReEnumerateProtocolBindings));
        NdisLibrary.NdisReEnumerateProtocolBindings(new NDIS_HANDLE(NdisProtocolHandle));
        call.Trace($"NdisProtocolHandle={NdisProtocolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisOpenProtocolConfiguration))]
    public static void NdisOpenProtocolConfiguration(
        NDIS_STATUS* Status, NDIS_HANDLE* ConfigurationHandle, NDIS_STRING* ProtocolSection)
    {
        using var call = NativeCall.Enter(nameof(NdisOpenProtocolConfiguration));
        NdisLibrary.NdisOpenProtocolConfiguration(out *Status, out *ConfigurationHandle, ProtocolSection);
        call.Trace($"Status={*Status} ConfigurationHandle={*ConfigurationHandle} ProtocolSection={ProtocolSection}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisQueryAdapterInstanceName))]
    public static NDIS_STATUS NdisQueryAdapterInstanceName(NDIS_STRING* AdapterInstanceName, nint NdisBindingHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisQueryAdapterInstanceName));
        NDIS_STATUS result = NdisLibrary.NdisQueryAdapterInstanceName(AdapterInstanceName, new NDIS_HANDLE(NdisBindingHandle));
        call.Trace($"AdapterInstanceName={AdapterInstanceName} NdisBindingHandle={NdisBindingHandle} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMQueryAdapterInstanceName))]
    public static NDIS_STATUS NdisMQueryAdapterInstanceName(NDIS_STRING* AdapterInstanceName, nint MiniportHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMQueryAdapterInstanceName));
        NDIS_STATUS result = NdisLibrary.NdisMQueryAdapterInstanceName(AdapterInstanceName, new NDIS_HANDLE(MiniportHandle));
        call.Trace($"AdapterInstanceName={AdapterInstanceName} MiniportHandle={MiniportHandle} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCompletePnPEvent))]
    public static void NdisCompletePnPEvent(NDIS_STATUS Status, nint NdisBindingHandle, NET_PNP_EVENT* NetPnPEvent)
    {
        using var call = NativeCall.Enter(nameof(NdisCompletePnPEvent));
        NdisLibrary.NdisCompletePnPEvent(Status, new NDIS_HANDLE(NdisBindingHandle), NetPnPEvent);
        call.Trace($"Status={Status} NdisBindingHandle={NdisBindingHandle} NetPnPEvent={NetPnPEvent}");
    }
}
