using System.Globalization;
using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// Takes an interpolated string apart: what stands before a value, without "=", is its name. Nothing is
/// evaluated where calls are not traced.
/// </summary>
[InterpolatedStringHandler]
internal ref struct TraceArguments
{
    private string _name = "";

#pragma warning disable IDE0060 // The compiler passes both lengths.
    public TraceArguments(int literalLength, int formattedCount, out bool isOn)
    {
        isOn = CallTrace.IsOn;
        Values = isOn ? [] : null!;
    }
#pragma warning restore IDE0060

    public List<KeyValuePair<string, string>> Values { get; }

    public void AppendLiteral(string text) => _name = text.Trim(' ', '=');

    public void AppendFormatted(uint value) => Add(value < 10 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}");

    public void AppendFormatted(int value) => Add(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(nint value) => Add($"0x{value:x}");

    public void AppendFormatted(long value) => Add($"0x{value:x}");

    public void AppendFormatted(byte value) => Add(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(ushort value) => Add($"0x{value:x}");

    public unsafe void AppendFormatted(void* value) => Add($"0x{(nuint)value:x}");

    public void AppendFormatted(NDIS_HANDLE value) => Add($"0x{value.Value:x}");

    public void AppendFormatted(NDIS_PHYSICAL_ADDRESS value) => Add(value.ToString());

    public void AppendFormatted(NDIS_STATUS value) =>
        Add(value == NDIS_STATUS.NDIS_STATUS_SUCCESS ? nameof(NDIS_STATUS.NDIS_STATUS_SUCCESS) : value.Describe());

    public void AppendFormatted(Irql value) => Add(value.ToString());

    public void AppendFormatted(string? value) => Add(value ?? "NULL");

    private void Add(string value)
    {
        Values.Add(new KeyValuePair<string, string>(_name.Length == 0 ? "result" : _name, value));
        _name = "";
    }
}
