using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nonpaged.Cli;

/// <summary>How the documents of --json are written: camelCase, nulls included, one line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AllocDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(DevicesDocument))]
[JsonSerializable(typeof(BindingsDocument))]
[JsonSerializable(typeof(TraceDocument))]
[JsonSerializable(typeof(ProveDocument))]
[JsonSerializable(typeof(MapDocument))]
[JsonSerializable(typeof(SoakDocument))]
[JsonSerializable(typeof(HeapSoakDocument))]
[JsonSerializable(typeof(XdpDocument))]
[JsonSerializable(typeof(XdpWatchDocument))]
[JsonSerializable(typeof(XdpServeDocument))]
[JsonSerializable(typeof(VerifyDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    // The output is read by programs and people, not put into HTML: "<" and "'" stay as they are.
    private static readonly CliJson s_readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(AllocDocument document) => JsonSerializer.Serialize(document, s_readable.AllocDocument);

    public static string Write(DoctorDocument document) => JsonSerializer.Serialize(document, s_readable.DoctorDocument);

    public static string Write(DevicesDocument document) => JsonSerializer.Serialize(document, s_readable.DevicesDocument);

    public static string Write(BindingsDocument document) => JsonSerializer.Serialize(document, s_readable.BindingsDocument);

    public static string Write(RunDocument document) => JsonSerializer.Serialize(document, s_readable.RunDocument);

    public static string Write(TraceDocument document) => JsonSerializer.Serialize(document, s_readable.TraceDocument);

    public static string Write(ProveDocument document) => JsonSerializer.Serialize(document, s_readable.ProveDocument);

    public static string Write(XdpDocument document) => JsonSerializer.Serialize(document, s_readable.XdpDocument);

    public static string Write(XdpWatchDocument document) => JsonSerializer.Serialize(document, s_readable.XdpWatchDocument);

    public static string Write(XdpServeDocument document) => JsonSerializer.Serialize(document, s_readable.XdpServeDocument);

    public static string Write(VerifyDocument document) => JsonSerializer.Serialize(document, s_readable.VerifyDocument);

    public static string Write(MapDocument document) => JsonSerializer.Serialize(document, s_readable.MapDocument);

    public static string Write(SoakDocument document) => JsonSerializer.Serialize(document, s_readable.SoakDocument);

    public static string Write(HeapSoakDocument document) => JsonSerializer.Serialize(document, s_readable.HeapSoakDocument);
}
