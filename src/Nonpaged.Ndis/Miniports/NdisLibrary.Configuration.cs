using System.Globalization;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Opens the adapter's parameters, during MiniportInitialize.</summary>
    public static void NdisOpenConfiguration(
        out NDIS_STATUS Status, out NDIS_HANDLE ConfigurationHandle, NDIS_HANDLE WrapperConfigurationContext)
    {
        Caller(Irql.PASSIVE_LEVEL);
        ConfigurationHandle = default;
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<ConfigurationContext>(WrapperConfigurationContext) is not { } context || IsShort()) return;
        ConfigurationHandle = Open(context.Parameters);
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Opens a protocol's parameters for one of its bindings: ProtocolSection is SystemSpecific1 of ProtocolBindAdapter. The
    /// keyword UpperBindings, of an intermediate driver, is the name for the adapter that it makes of the one below.
    /// </summary>
    public static void NdisOpenProtocolConfiguration(
        out NDIS_STATUS Status, out NDIS_HANDLE ConfigurationHandle, NDIS_STRING* ProtocolSection)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        ConfigurationHandle = default;
        Status = NDIS_STATUS_FAILURE;
        if (ProtocolSection == null || IsShort()) return;
        if (ProtocolParameters.Find(context.Instance, ProtocolSection->ToString()) is not { } store) return;
        ConfigurationHandle = Open(store);
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>Reads a parameter. It lives until NdisCloseConfiguration. NULL where it is not set.</summary>
    public static void NdisReadConfiguration(
        out NDIS_STATUS Status,
        out NDIS_CONFIGURATION_PARAMETER* ParameterValue,
        NDIS_HANDLE ConfigurationHandle,
        NDIS_STRING* Keyword,
        NDIS_PARAMETER_TYPE ParameterType)
    {
        Caller(Irql.PASSIVE_LEVEL);
        OpenConfiguration? configuration = Resolve<OpenConfiguration>(ConfigurationHandle);
        ParameterValue = configuration is null ? null : configuration.Read(NDIS_STRING.Text(Keyword), ParameterType);
        Status = ParameterValue is null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Writes a parameter, which holds for as long as the adapter lives: there is no registry to keep it.
    /// Numbers and strings can be written.
    /// </summary>
    public static void NdisWriteConfiguration(
        out NDIS_STATUS Status,
        NDIS_HANDLE ConfigurationHandle,
        NDIS_STRING* Keyword,
        NDIS_CONFIGURATION_PARAMETER* ParameterValue)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<OpenConfiguration>(ConfigurationHandle) is not { } configuration) return;
        Status = NDIS_STATUS_NOT_SUPPORTED;
        // An enum of C may have any value, one below zero too.
        if ((uint)ParameterValue->ParameterType > (uint)NDIS_PARAMETER_TYPE.NdisParameterString) return;
        configuration.Parameters.Values[NDIS_STRING.Text(Keyword)] = ParameterValue->ParameterType switch
        {
            NDIS_PARAMETER_TYPE.NdisParameterInteger => ParameterValue->IntegerData.ToString(CultureInfo.InvariantCulture),
            NDIS_PARAMETER_TYPE.NdisParameterHexInteger =>
                ParameterValue->IntegerData.ToString("x", CultureInfo.InvariantCulture),
            _ => ParameterValue->StringData.ToString(),
        };
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Reads the address that the parameter NetworkAddress sets in place of the adapter's own. NULL where it is not set.
    /// </summary>
    public static void NdisReadNetworkAddress(
        out NDIS_STATUS Status, out void* NetworkAddress, out uint NetworkAddressLength, NDIS_HANDLE ConfigurationHandle)
    {
        Caller(Irql.PASSIVE_LEVEL);
        OpenConfiguration? configuration = Resolve<OpenConfiguration>(ConfigurationHandle);
        NetworkAddress = configuration is null ? null : configuration.ReadNetworkAddress();
        NetworkAddressLength = NetworkAddress is null ? 0u : 6u;
        Status = NetworkAddress is null ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    }

    /// <summary>Closes the parameters, and ends the memory of those that were read.</summary>
    public static void NdisCloseConfiguration(NDIS_HANDLE ConfigurationHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<OpenConfiguration>(ConfigurationHandle) is not { } configuration) return;
        context.Instance.Handles.Remove(ConfigurationHandle);
        configuration.Dispose();
    }

    private static NDIS_HANDLE Open(ParameterStore parameters)
    {
        var configuration = new OpenConfiguration(parameters);
        return configuration.Handle = parameters.Instance.Handles.Add(configuration);
    }
}
