namespace Nonpaged.Cli.Tests.Values;

public sealed class NearestNameTests
{
    private static readonly string[] s_names = ["--length", "--json", "--contiguous", "--below", "--svg", "-h"];

    [Theory]
    [InlineData("--lenght", "--length")]
    [InlineData("--jsno", "--json")]
    [InlineData("--jso", "--json")]
    [InlineData("-json", "--json")]
    [InlineData("--jsson", "--json")]
    [InlineData("--bellow", "--below")]
    [InlineData("--cont", "--contiguous")]
    [InlineData("--svh", "--svg")]
    [InlineData("--fix", null)]
    [InlineData("--x", null)]
    [InlineData("-5", null)]
    [InlineData("--", null)]
    public void It_is_the_one_with_the_fewest_slips_or_the_one_that_begins_so(string word, string? name) =>
        Assert.Equal(name, NearestName.Of(word, s_names));
}
