using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndismini.h: the wrapper, registration, attributes, configuration.</summary>
internal static unsafe class MiniportExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedInitializeWrapper))]
    public static void NonpagedInitializeWrapper(
        NDIS_HANDLE* NdisWrapperHandle, void* SystemSpecific1, void* SystemSpecific2, void* SystemSpecific3)
    {
        using var call = NativeCall.Enter("NdisMInitializeWrapper");
        NdisLibrary.NdisMInitializeWrapper(out *NdisWrapperHandle, SystemSpecific1, SystemSpecific2, SystemSpecific3);
        call.Trace($"NdisWrapperHandle={*NdisWrapperHandle} SystemSpecific1={SystemSpecific1} SystemSpecific2={SystemSpecific2}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisTerminateWrapper))]
    public static void NdisTerminateWrapper(nint NdisWrapperHandle, void* SystemSpecific)
    {
        using var call = NativeCall.Enter(nameof(NdisTerminateWrapper));
        NdisLibrary.NdisTerminateWrapper(new NDIS_HANDLE(NdisWrapperHandle), SystemSpecific);
        call.Trace($"NdisWrapperHandle={NdisWrapperHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedRegisterMiniport))]
    public static NDIS_STATUS NonpagedRegisterMiniport(
        nint NdisWrapperHandle, NativeCharacteristics* MiniportCharacteristics, uint CharacteristicsLength)
    {
        using var call = NativeCall.Enter("NdisMRegisterMiniport");
        NDIS_STATUS status = NDIS_STATUS_BAD_CHARACTERISTICS;
        if (NativeCharacteristics.Read(MiniportCharacteristics, CharacteristicsLength) is { } characteristics)
        {
            status = NdisLibrary.NdisMRegisterMiniport(
                new NDIS_HANDLE(NdisWrapperHandle), NativeMiniport.Wrap(characteristics), CharacteristicsLength);
        }
        else
        {
            CallContext.Current.Report(
                NdisReportKind.BrokenRule,
                "NdisMRegisterMiniport",
                $"The characteristics have {CharacteristicsLength} bytes: too few for their version.");
        }

        call.Trace($"NdisWrapperHandle={NdisWrapperHandle} MiniportCharacteristics={MiniportCharacteristics} "
            + $"CharacteristicsLength={CharacteristicsLength} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRegisterUnloadHandler))]
    public static void NdisMRegisterUnloadHandler(nint NdisWrapperHandle, delegate* unmanaged<void*, void> UnloadHandler)
    {
        using var call = NativeCall.Enter(nameof(NdisMRegisterUnloadHandler));
        NdisLibrary.NdisMRegisterUnloadHandler(new NDIS_HANDLE(NdisWrapperHandle), driver =>
        {
            using var function = DriverFunction.Enter("DriverUnload");
            UnloadHandler(driver);
        });
        call.Trace($"NdisWrapperHandle={NdisWrapperHandle} UnloadHandler={(nint)UnloadHandler}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSetAttributes))]
    public static void NdisMSetAttributes(
        nint MiniportAdapterHandle, void* MiniportAdapterContext, byte BusMaster, NDIS_INTERFACE_TYPE AdapterType)
    {
        using var call = NativeCall.Enter(nameof(NdisMSetAttributes));
        NdisLibrary.NdisMSetAttributes(
            new NDIS_HANDLE(MiniportAdapterHandle), MiniportAdapterContext, BusMaster != 0, AdapterType);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} MiniportAdapterContext={MiniportAdapterContext} "
            + $"BusMaster={BusMaster} AdapterType={(uint)AdapterType}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSetAttributesEx))]
    public static void NdisMSetAttributesEx(
        nint MiniportAdapterHandle,
        void* MiniportAdapterContext,
        uint CheckForHangTimeInSeconds,
        uint AttributeFlags,
        NDIS_INTERFACE_TYPE AdapterType)
    {
        using var call = NativeCall.Enter(nameof(NdisMSetAttributesEx));
        NdisLibrary.NdisMSetAttributesEx(
            new NDIS_HANDLE(MiniportAdapterHandle), MiniportAdapterContext, CheckForHangTimeInSeconds, AttributeFlags,
            AdapterType);
        call.Trace($"MiniportAdapterHandle={MiniportAdapterHandle} MiniportAdapterContext={MiniportAdapterContext} "
            + $"CheckForHangTimeInSeconds={CheckForHangTimeInSeconds} AttributeFlags={AttributeFlags} "
            + $"AdapterType={(uint)AdapterType}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRegisterAdapterShutdownHandler))]
    public static void NdisMRegisterAdapterShutdownHandler(
        nint MiniportHandle, void* ShutdownContext, delegate* unmanaged<void*, void> ShutdownHandler)
    {
        using var call = NativeCall.Enter(nameof(NdisMRegisterAdapterShutdownHandler));
        NdisLibrary.NdisMRegisterAdapterShutdownHandler(new NDIS_HANDLE(MiniportHandle), ShutdownContext, context =>
        {
            using var function = DriverFunction.Enter("MiniportShutdown");
            ShutdownHandler(context);
        });
        call.Trace($"MiniportHandle={MiniportHandle} ShutdownContext={ShutdownContext} ShutdownHandler={(nint)ShutdownHandler}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMDeregisterAdapterShutdownHandler))]
    public static void NdisMDeregisterAdapterShutdownHandler(nint MiniportHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMDeregisterAdapterShutdownHandler));
        NdisLibrary.NdisMDeregisterAdapterShutdownHandler(new NDIS_HANDLE(MiniportHandle));
        call.Trace($"MiniportHandle={MiniportHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRemoveMiniport))]
    public static NDIS_STATUS NdisMRemoveMiniport(nint MiniportHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMRemoveMiniport));
        NDIS_STATUS status = NdisLibrary.NdisMRemoveMiniport(new NDIS_HANDLE(MiniportHandle));
        call.Trace($"MiniportHandle={MiniportHandle} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisOpenConfiguration))]
    public static void NdisOpenConfiguration(
        NDIS_STATUS* Status, NDIS_HANDLE* ConfigurationHandle, nint WrapperConfigurationContext)
    {
        using var call = NativeCall.Enter(nameof(NdisOpenConfiguration));
        NdisLibrary.NdisOpenConfiguration(out *Status, out *ConfigurationHandle, new NDIS_HANDLE(WrapperConfigurationContext));
        call.Trace($"Status={*Status} ConfigurationHandle={*ConfigurationHandle} "
            + $"WrapperConfigurationContext={WrapperConfigurationContext}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReadConfiguration))]
    public static void NdisReadConfiguration(
        NDIS_STATUS* Status,
        NDIS_CONFIGURATION_PARAMETER** ParameterValue,
        nint ConfigurationHandle,
        NDIS_STRING* Keyword,
        NDIS_PARAMETER_TYPE ParameterType)
    {
        using var call = NativeCall.Enter(nameof(NdisReadConfiguration));
        NdisLibrary.NdisReadConfiguration(
            out *Status, out NDIS_CONFIGURATION_PARAMETER* value, new NDIS_HANDLE(ConfigurationHandle), Keyword, ParameterType);
        *ParameterValue = value;
        call.Trace($"Status={*Status} ParameterValue={value} ConfigurationHandle={ConfigurationHandle} "
            + $"Keyword={NDIS_STRING.Text(Keyword)} ParameterType={(uint)ParameterType}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisWriteConfiguration))]
    public static void NdisWriteConfiguration(
        NDIS_STATUS* Status, nint ConfigurationHandle, NDIS_STRING* Keyword, NDIS_CONFIGURATION_PARAMETER* ParameterValue)
    {
        using var call = NativeCall.Enter(nameof(NdisWriteConfiguration));
        NdisLibrary.NdisWriteConfiguration(out *Status, new NDIS_HANDLE(ConfigurationHandle), Keyword, ParameterValue);
        call.Trace($"Status={*Status} ConfigurationHandle={ConfigurationHandle} Keyword={NDIS_STRING.Text(Keyword)} "
            + $"ParameterValue={ParameterValue}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReadNetworkAddress))]
    public static void NdisReadNetworkAddress(
        NDIS_STATUS* Status, void** NetworkAddress, uint* NetworkAddressLength, nint ConfigurationHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisReadNetworkAddress));
        NdisLibrary.NdisReadNetworkAddress(
            out *Status, out void* address, out *NetworkAddressLength, new NDIS_HANDLE(ConfigurationHandle));
        *NetworkAddress = address;
        call.Trace($"Status={*Status} NetworkAddress={address} NetworkAddressLength={*NetworkAddressLength} "
            + $"ConfigurationHandle={ConfigurationHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCloseConfiguration))]
    public static void NdisCloseConfiguration(nint ConfigurationHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisCloseConfiguration));
        NdisLibrary.NdisCloseConfiguration(new NDIS_HANDLE(ConfigurationHandle));
        call.Trace($"ConfigurationHandle={ConfigurationHandle}");
    }
}
