using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>Layers point down, and packages see as little of each other as the list says.</summary>
public sealed partial class LayerTests
{
    [Fact]
    public void A_project_refers_to_those_that_are_listed_for_it_and_no_reference_points_up()
    {
        string[] order = [.. Kept("layers.txt").Select(line => line.Split(':')[0])];
        IEnumerable<string> upward =
            from line in Kept("layers.txt")
            let parts = line.Split(':', 2)
            from reference in parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where Array.IndexOf(order, reference) >= Array.IndexOf(order, parts[0])
            select $"{parts[0]} refers to {reference}, which is not below it";
        Assert.Empty(upward);
        Compare("layers.txt", Projects().OrderBy(one => Array.IndexOf(order, one.Name)).Select(one =>
            $"{one.Name}:{string.Concat(References(one.Text).Select(reference => $" {reference}"))}"));
    }

    private static IEnumerable<string> References(string project) =>
        ProjectReference().Matches(project).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

    [Fact]
    public void Who_sees_whose_internals_is_listed() => Compare(
        "internals.txt",
        Projects()
            .SelectMany(one => FriendName().Matches(one.Text).Select(match => $"{one.Name} is seen by {match.Groups[1].Value}"))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Only_Interop_calls_into_native_libraries_by_P_Invoke() => Assert.All(
        Repository.Files("*.cs", "src").Where(file => Repository.Lines(file).Any(line => PInvoke().IsMatch(line))),
        file => Assert.StartsWith("src/Nonpaged.Interop/", file, StringComparison.Ordinal));

    [Fact]
    public void Partial_types_are_those_that_are_listed() => Compare(
        "partial-types.txt",
        Repository.Files("*.cs", "src")
            .SelectMany(file => Repository.Lines(file).Select(line => PartialType().Match(line)).Where(match => match.Success)
                .Select(match => $"{file.Split('/')[1]} {match.Groups[1].Value}"))
            .Distinct().Order(StringComparer.Ordinal));

    private static string[] Kept(string list) => File.ReadAllLines(Path.Combine(Repository.Kept, list));

    private static void Compare(string list, IEnumerable<string> found)
    {
        string[] lines = [.. found];
        if (Repository.Updates) File.WriteAllLines(Path.Combine(Repository.Kept, list), lines);
        else Assert.Equal(Kept(list), lines);
    }

    private static IEnumerable<(string Name, string Text)> Projects() => Repository.Files("*.csproj", "src")
        .Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllText(Path.Combine(Repository.Root, file))));

    [GeneratedRegex("""<ProjectReference Include="[^"]*/([^/"]+)\.csproj"(?![^>]*ReferenceOutputAssembly="false")""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("""<InternalsVisibleTo Include="([^"]+)""")]
    private static partial Regex FriendName();

    [GeneratedRegex(@"^\s*\[(LibraryImport|DllImport)\b")]
    private static partial Regex PInvoke();

    [GeneratedRegex(@"\bpartial (?:class|struct|record|interface) ([A-Za-z0-9_]+)")]
    private static partial Regex PartialType();
}
