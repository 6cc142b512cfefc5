using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisprot.h: intermediate drivers.</summary>
internal static unsafe class IntermediateExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedRegisterLayeredMiniport))]
    public static NDIS_STATUS NonpagedRegisterLayeredMiniport(
        nint NdisWrapperHandle, NativeCharacteristics* MiniportCharacteristics, uint CharacteristicsLength,
        NDIS_HANDLE* DriverHandle)
    {
        using var call = NativeCall.Enter("NdisIMRegisterLayeredMiniport");
        *DriverHandle = default;
        NDIS_STATUS result = NDIS_STATUS_BAD_CHARACTERISTICS;
        if (NativeCharacteristics.Read(MiniportCharacteristics, CharacteristicsLength) is { } characteristics)
        {
            result = NdisLibrary.NdisIMRegisterLayeredMiniport(
                new NDIS_HANDLE(NdisWrapperHandle), NativeMiniport.Wrap(characteristics), CharacteristicsLength,
                out *DriverHandle);
        }
        else
        {
            CallContext.Current.Report(
                NdisReportKind.BrokenRule,
                "NdisIMRegisterLayeredMiniport",
                $"The characteristics have {CharacteristicsLength} bytes: too few for their version.");
        }

        call.Trace($"NdisWrapperHandle={NdisWrapperHandle} MiniportCharacteristics={MiniportCharacteristics} "
            + $"CharacteristicsLength={CharacteristicsLength} DriverHandle={*DriverHandle} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMDeregisterLayeredMiniport))]
    public static void NdisIMDeregisterLayeredMiniport(nint DriverHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisIMDeregisterLayeredMiniport));
        NdisLibrary.NdisIMDeregisterLayeredMiniport(new NDIS_HANDLE(DriverHandle));
        call.Trace($"DriverHandle={DriverHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMAssociateMiniport))]
    public static void NdisIMAssociateMiniport(nint DriverHandle, nint ProtocolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisIMAssociateMiniport));
        NdisLibrary.NdisIMAssociateMiniport(new NDIS_HANDLE(DriverHandle), new NDIS_HANDLE(ProtocolHandle));
        call.Trace($"DriverHandle={DriverHandle} ProtocolHandle={ProtocolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMInitializeDeviceInstanceEx))]
    public static NDIS_STATUS NdisIMInitializeDeviceInstanceEx(
        nint DriverHandle, NDIS_STRING* DriverInstance, nint DeviceContext)
    {
        using var call = NativeCall.Enter(nameof(NdisIMInitializeDeviceInstanceEx));
        NDIS_STATUS result = NdisLibrary.NdisIMInitializeDeviceInstanceEx(
            new NDIS_HANDLE(DriverHandle), DriverInstance, new NDIS_HANDLE(DeviceContext));
        call.Trace($"DriverHandle={DriverHandle} DriverInstance={NDIS_STRING.Text(DriverInstance)} "
            + $"DeviceContext={DeviceContext} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMCancelInitializeDeviceInstance))]
    public static NDIS_STATUS NdisIMCancelInitializeDeviceInstance(nint DriverHandle, NDIS_STRING* DeviceInstance)
    {
        using var call = NativeCall.Enter(nameof(NdisIMCancelInitializeDeviceInstance));
        NDIS_STATUS result = NdisLibrary.NdisIMCancelInitializeDeviceInstance(new NDIS_HANDLE(DriverHandle), DeviceInstance);
        call.Trace($"DriverHandle={DriverHandle} DeviceInstance={NDIS_STRING.Text(DeviceInstance)} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMDeInitializeDeviceInstance))]
    public static NDIS_STATUS NdisIMDeInitializeDeviceInstance(nint NdisMiniportHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisIMDeInitializeDeviceInstance));
        NDIS_STATUS result = NdisLibrary.NdisIMDeInitializeDeviceInstance(new NDIS_HANDLE(NdisMiniportHandle));
        call.Trace($"NdisMiniportHandle={NdisMiniportHandle} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMNotifyPnPEvent))]
    public static NDIS_STATUS NdisIMNotifyPnPEvent(nint MiniportHandle, NET_PNP_EVENT* NetPnPEvent)
    {
        using var call = NativeCall.Enter(nameof(NdisIMNotifyPnPEvent));
        NDIS_STATUS result = NdisLibrary.NdisIMNotifyPnPEvent(new NDIS_HANDLE(MiniportHandle), NetPnPEvent);
        call.Trace($"MiniportHandle={MiniportHandle} NetPnPEvent={NetPnPEvent} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMCopySendPerPacketInfo))]
    public static void NdisIMCopySendPerPacketInfo(NDIS_PACKET* DstPacket, NDIS_PACKET* SrcPacket)
    {
        using var call = NativeCall.Enter(nameof(NdisIMCopySendPerPacketInfo));
        NdisLibrary.NdisIMCopySendPerPacketInfo(DstPacket, SrcPacket);
        call.Trace($"DstPacket={DstPacket} SrcPacket={SrcPacket}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMCopySendCompletePerPacketInfo))]
    public static void NdisIMCopySendCompletePerPacketInfo(NDIS_PACKET* DstPacket, NDIS_PACKET* SrcPacket)
    {
        using var call = NativeCall.Enter(nameof(NdisIMCopySendCompletePerPacketInfo));
        NdisLibrary.NdisIMCopySendCompletePerPacketInfo(DstPacket, SrcPacket);
        call.Trace($"DstPacket={DstPacket} SrcPacket={SrcPacket}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMGetDeviceContext))]
    public static nint NdisIMGetDeviceContext(nint MiniportAdapterHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisIMGetDeviceContext));
        nint result = NdisLibrary.NdisIMGetDeviceContext(new NDIS_HANDLE(MiniportAdapterHandle)).Value;
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} ={result}");
        return result;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisIMGetBindingContext))]
    public static nint NdisIMGetBindingContext(nint NdisBindingHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisIMGetBindingContext));
        nint result = NdisLibrary.NdisIMGetBindingContext(new NDIS_HANDLE(NdisBindingHandle)).Value;
        call.Trace($"NdisBindingHandle={NdisBindingHandle} ={result}");
        return result;
    }
}
