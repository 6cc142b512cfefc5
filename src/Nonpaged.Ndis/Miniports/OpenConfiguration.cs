using System.Globalization;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>Parameters that a driver has open, and the memory of those that it has read.</summary>
internal sealed unsafe class OpenConfiguration(ParameterStore parameters) : IDisposable
{
    private readonly List<nint> _memory = [];

    public ParameterStore Parameters { get; } = parameters;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>A parameter's value in memory that lives until the configuration is closed; null where there is none.</summary>
    public NDIS_CONFIGURATION_PARAMETER* Read(string keyword, NDIS_PARAMETER_TYPE type)
    {
        if (PredefinedKeywords.Find(keyword, Parameters.Instance.Options.Profile) is { } predefined) return Number(predefined);
        if (!Parameters.Values.TryGetValue(keyword, out string? value)) value = PredefinedKeywords.FindText(keyword, Parameters);
        if (value is null) return null;
        // A counted string has no more.
        if (value.Length > ushort.MaxValue / sizeof(char)) return null;
        var parameter = (NDIS_CONFIGURATION_PARAMETER*)Allocate(
            (uint)(sizeof(NDIS_CONFIGURATION_PARAMETER) + (2 * value.Length)));
        parameter->ParameterType = type;
        if (type == NDIS_PARAMETER_TYPE.NdisParameterString)
        {
            char* characters = (char*)(parameter + 1);
            value.CopyTo(new Span<char>(characters, value.Length));
            parameter->StringData = new NDIS_STRING(characters, value.Length);
            return parameter;
        }

        if (TryReadNumber(value, type == NDIS_PARAMETER_TYPE.NdisParameterHexInteger, out uint number))
        {
            parameter->IntegerData = number;
            return parameter;
        }

        Parameters.Instance.WriteLog($"{Parameters.Driver.Name}: the parameter {keyword} is not a number: {value}.");
        return null;
    }

    /// <summary>A number with 0x is hexadecimal, whichever type the driver asks for.</summary>
    private static bool TryReadNumber(string value, bool isHexadecimal, out uint number)
    {
        bool hasPrefix = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHexadecimal || hasPrefix ? NumberStyles.AllowHexSpecifier : NumberStyles.Integer;
        return uint.TryParse(hasPrefix ? value.AsSpan(2) : value, style, CultureInfo.InvariantCulture, out number);
    }

    private NDIS_CONFIGURATION_PARAMETER* Number(uint value)
    {
        var parameter = (NDIS_CONFIGURATION_PARAMETER*)Allocate((uint)sizeof(NDIS_CONFIGURATION_PARAMETER));
        parameter->ParameterType = NDIS_PARAMETER_TYPE.NdisParameterInteger;
        parameter->IntegerData = value;
        return parameter;
    }

    /// <summary>
    /// The six bytes of the parameter NetworkAddress (12 hexadecimal digits, separators allowed); null where it is not set.
    /// </summary>
    public byte* ReadNetworkAddress()
    {
        if (!Parameters.Values.TryGetValue("NetworkAddress", out string? text)) return null;
        string digits = text.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (digits.Length == 12 && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
        {
            byte* address = (byte*)Allocate(6);
            Convert.FromHexString(digits).CopyTo(new Span<byte>(address, 6));
            return address;
        }

        Parameters.Instance.WriteLog($"{Parameters.Driver.Name}: NetworkAddress is not an Ethernet address: {text}.");
        return null;
    }

    public void Dispose()
    {
        lock (_memory)
        {
            foreach (nint memory in _memory) NativeMemory.Free((void*)memory);
            _memory.Clear();
        }
    }

    // Threads of a driver may read, and close, at the same time.
    private void* Allocate(uint length)
    {
        void* memory = NativeMemory.AllocZeroed(length);
        lock (_memory) _memory.Add((nint)memory);
        return memory;
    }
}
