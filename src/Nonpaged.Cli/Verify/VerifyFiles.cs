namespace Nonpaged.Cli;

/// <summary>Writes the documents that were asked for.</summary>
internal static class VerifyFiles
{
    private static string Version => typeof(VerifyFiles).Assembly.GetName().Version?.ToString(3) ?? "0";

    // As the compiler was given it, from the folder that the command runs in or the driver's.
    private static string[]? ReadSource(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static void Write(Screen screen, VerifyRequest request, VerifyDocument document)
    {
        if (request.Json == "-") screen.WriteWhole(CliJson.Write(document));
        else if (request.Json is { } json) File.WriteAllText(json, CliJson.Write(document));
        if (request.Junit is { } junit) File.WriteAllText(junit, JunitReport.Write(document));
        if (request.Sarif is { } sarif)
            File.WriteAllText(sarif, SarifReport.Write(document, Version, Environment.CurrentDirectory));
        if (request.Html is { } html) File.WriteAllText(html, HtmlReport.Write(document, ReadSource));
        if (!request.WritesBaseline) return;
        Baseline.Write(request.Baseline!, document.Findings);
        screen.Say($"wrote {document.Findings.Count} findings to {request.Baseline}");
    }
}
