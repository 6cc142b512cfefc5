using System.Text.Json.Serialization;

namespace Nonpaged.Bench;

/// <summary>The JSON documents.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Results))]
[JsonSerializable(typeof(PopulateRow))]
[JsonSerializable(typeof(FirstRow))]
[JsonSerializable(typeof(TranslateRow))]
[JsonSerializable(typeof(HeapResults))]
[JsonSerializable(typeof(CResults))]
[JsonSerializable(typeof(IovaResults))]
[JsonSerializable(typeof(XdpResults))]
internal sealed partial class BenchJson : JsonSerializerContext;
