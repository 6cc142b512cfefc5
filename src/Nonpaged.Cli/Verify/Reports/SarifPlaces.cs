using System.Text.Json;

namespace Nonpaged.Cli;

/// <summary>
/// Writes places as SARIF's locations. Files of the repository are relative to its root, since the checkout lies elsewhere for
/// who reads them; others keep their whole path.
/// </summary>
internal sealed class SarifPlaces
{
    private const string RootName = "%SRCROOT%";

    private readonly Utf8JsonWriter _json;
    private readonly string _root;

    public SarifPlaces(Utf8JsonWriter json, string root)
    {
        _json = json;
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) is { Length: > 1 } folder ? $"{folder}/" : "/";
    }

    public void WriteRoot()
    {
        _json.WriteStartObject("originalUriBaseIds");
        _json.WriteStartObject(RootName);
        _json.WriteString("uri", $"file://{Escape(_root)}");
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>
    /// Writes where a finding is; the driver's file where no source is known, since code scanning wants a file.
    /// </summary>
    public void Write(FindingDocument finding, string? driver)
    {
        FrameDocument? frame = finding.File is null ? finding.Stack.FirstOrDefault(frame => frame.File is not null) : null;
        string? file = finding.File ?? frame?.File;
        _json.WriteStartObject();
        if ((file ?? driver) is { } known) WriteFile(known, file is null ? 0 : frame?.Line ?? finding.Line ?? 0);
        WriteFunction(finding.Function ?? finding.Handler, finding.Driver);
        _json.WriteEndObject();
    }

    /// <summary>Writes where a function of a stack was.</summary>
    public void Write(FrameDocument frame, string message, int? id)
    {
        _json.WriteStartObject();
        if (id is { } number) _json.WriteNumber("id", number);
        _json.WriteStartObject("message");
        _json.WriteString("text", message);
        _json.WriteEndObject();
        if (frame.File is not null) WriteFile(frame.File, frame.Line);
        WriteFunction(frame.Function, null);
        _json.WriteEndObject();
    }

    private void WriteFile(string file, int line)
    {
        string path = Path.GetFullPath(file, _root);
        bool isInside = path.Length > _root.Length && path.StartsWith(_root, StringComparison.Ordinal);
        _json.WriteStartObject("physicalLocation");
        _json.WriteStartObject("artifactLocation");
        _json.WriteString("uri", isInside ? Escape(path[_root.Length..]) : $"file://{Escape(path)}");
        if (isInside) _json.WriteString("uriBaseId", RootName);
        _json.WriteEndObject();
        if (line > 0)
        {
            _json.WriteStartObject("region");
            _json.WriteNumber("startLine", line);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteFunction(string? function, string? driver)
    {
        if (function is null && driver is null) return;
        _json.WriteStartArray("logicalLocations");
        _json.WriteStartObject();
        _json.WriteString("name", function ?? driver);
        if (function is not null && driver is not null) _json.WriteString("fullyQualifiedName", $"{driver}.{function}");
        _json.WriteString("kind", function is null ? "module" : "function");
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
