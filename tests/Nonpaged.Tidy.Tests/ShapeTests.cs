using System.Reflection;
using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>
/// The shape of the code: facades stay thin, parts own their locks, and docs/architecture.md names what is there.
/// </summary>
public sealed partial class ShapeTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public
        | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("src/Nonpaged/NonpagedPool.cs", 300)]
    [InlineData("src/Nonpaged/NonpagedPool.Addresses.cs", 300)]
    [InlineData("src/Nonpaged/NonpagedPool.Events.cs", 300)]
    [InlineData("src/Nonpaged/NonpagedPool.Views.cs", 300)]
    [InlineData("src/Nonpaged/NonpagedPool.Several.cs", 300)]
    [InlineData("src/Nonpaged.Ndis/Adapters/Adapter.cs", 350)]
    public void A_facade_stays_short(string file, int most) => Assert.InRange(Repository.Lines(file).Length, 1, most);

    [Theory]
    [InlineData("Nonpaged", "Nonpaged.NonpagedPool", 5)]
    [InlineData("Nonpaged.Ndis", "Nonpaged.Ndis.Adapter", 7)]
    public void A_facade_has_parts_little_that_changes_and_no_lock(string assembly, string type, int most)
    {
        FieldInfo[] fields = Assembly.Load(assembly).GetType(type, throwOnError: true)!.GetFields(Own);
        Assert.InRange(fields.Count(field => !field.IsInitOnly), 1, most);
        Assert.DoesNotContain(fields, field => field.FieldType == typeof(Lock));
    }

    [Fact]
    public void A_lock_is_a_private_field_of_the_part_that_it_guards() => Assert.Empty(
        from file in Repository.Files("*.cs", "src")
        from line in Repository.Lines(file)
        where ForeignLock().IsMatch(line)
        select $"{file}: {line.Trim()}");

    [Fact]
    public void Public_types_are_in_the_root_folder_of_the_memory_and_its_parts_below() => Assert.Empty(
        from file in Repository.Files("*.cs", "src/Nonpaged")
        let isPublic = Repository.Lines(file).Any(line => line.StartsWith("public ", StringComparison.Ordinal))
        where isPublic != (Path.GetDirectoryName(file) == "src/Nonpaged")
        select $"{file} is {(isPublic ? "public, below the root folder" : "internal, in the root folder")}");

    [Fact]
    public void Failures_of_the_memory_are_worded_in_one_place() => Assert.Empty(
        from file in Repository.Files("*.cs", "src/Nonpaged")
        where !file.StartsWith("src/Nonpaged/Failures/", StringComparison.Ordinal)
        let text = string.Join('\n', Repository.Lines(file))
        where text.Contains("FailureKind.", StringComparison.Ordinal) && NewFailure().IsMatch(text)
        select file);

    [Fact]
    public void What_the_architecture_names_is_there()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs/architecture.md"));
        string[] lines = [.. Repository.Files("*.cs", "src").SelectMany(Repository.Lines)];
        HashSet<string> types =
            [.. lines.Select(line => Type().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        HashSet<string> members = [.. lines.SelectMany(line => Member().Matches(line)).Select(match => match.Value)];
        string[] named = [.. Name().Matches(document).Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(named.Length > 60, $"Only {named.Length} names were found.");
        Assert.All(
            named, name => Assert.True(IsThere(name.Split('.')), $"docs/architecture.md names {name}, which is not there."));

        bool IsThere(string[] parts) => parts.Length == 1
            ? types.Contains(parts[0]) || members.Contains(parts[0]) || IsFolder($"src/Nonpaged/{parts[0]}")
            : IsFolder($"src/{string.Join('.', parts)}") || (types.Contains(parts[0]) && parts.Skip(1).All(members.Contains));
    }

    private static bool IsFolder(string path) => Directory.Exists(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"\block \((?:this|(?!_|s_)[^)]*\.)")]
    private static partial Regex ForeignLock();

    [GeneratedRegex(@"new AllocationFailure\(|AllocationFailure \w+\([^)]*\) => new\(")]
    private static partial Regex NewFailure();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum) (?:struct )?([A-Z]\w*)")]
    private static partial Regex Type();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Member();

    // Between backticks, and at the start of a line of a drawing.
    [GeneratedRegex(@"(?:`|^ *)((?:Nonpaged\.)?[A-Z][A-Za-z0-9]+(?:\.[A-Z][A-Za-z0-9]+)*)(?:`|\(|  )", RegexOptions.Multiline)]
    private static partial Regex Name();
}
