namespace Nonpaged.Cli.Tests;

/// <summary>What nonpaged cc changes in C sources, and what it leaves.</summary>
public sealed class DialectTests
{
    [Theory]
    [InlineData("#define P(x, f) x##->##f", "#define P(x, f) x ->  f")]
    [InlineData("#define D(x) .##x(", "#define D(x) . x(")]
    [InlineData("#define F(f, ...) g(f##\"\\n\", __VA_ARGS__)", "#define F(f, ...) g(f \"\\n\",## __VA_ARGS__)")]
    [InlineData("#define C(a, \\\n  b) a##.\\\n##b", "#define C(a, \\\n  b) a .\\\n b")]
    public void Pasting_that_makes_no_token_goes(string source, string expected)
    {
        Assert.Equal(
            expected.Replace(" ", "", StringComparison.Ordinal), Rewrite(source).Replace(" ", "", StringComparison.Ordinal));
        Assert.DoesNotContain("x##-", Rewrite(source), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#define J(a, b) a##b")]
    [InlineData("#define W(x) L##x")]
    [InlineData("#define O(op) a op##= b")]
    [InlineData("#define N(x) prefix_##x##_suffix")]
    [InlineData("#define G(f, ...) g(f, ##__VA_ARGS__)")]
    [InlineData("#define H(f, rest...) g(f, ##rest)")]
    [InlineData("#define S L##\"text\"")]
    [InlineData("/* #define P(x, f) x##->##f */ char *s = \"##->\"; // x##.y")]
    [InlineData("int x = 0xabci; double y = 1.5e+3, z = 0x1p-3; char c = '\\'';")]
    [InlineData("#include UNKNOWN\n#if 0\n don't\n#endif")]
    public void All_else_stays(string source) => Assert.Equal(source, Rewrite(source));

    [Theory]
    [InlineData("10i64", "10LL")]
    [InlineData("0xffui64", "0xffULL")]
    [InlineData("5I32", "5")]
    [InlineData("5UI16", "5U")]
    public void Numbers_lose_microsofts_suffixes(string number, string expected)
    {
        Assert.Equal($"x = {expected};", Rewrite($"x = {number};"));
        Assert.Equal($"#if {expected}", Rewrite($"#if {number}"));
    }

    [Theory]
    [InlineData(
        "__try { if (x) { __leave; } __try { __leave; } __finally { __leave; } } __finally { } }",
        "__try { if (x) { goto nonpaged_leave_0; } __try { goto nonpaged_leave_1; nonpaged_leave_1:;} "
            + "__finally { goto nonpaged_leave_0; } nonpaged_leave_0:;} __finally { } }")]
    [InlineData(
        "__try {\n#if A\nif (a) {\n#else\nif (b) {\n#endif\n__leave; } } __except (1) { }",
        "__try {\n#if A\nif (a) {\n#else\nif (b) {\n#endif\ngoto nonpaged_leave_0; } nonpaged_leave_0:;} __except (1) { }")]
    [InlineData("__leave; { __leave; } __try { } __finally { __leave; }", null)]
    [InlineData("#define T __try { __leave; }\n", null)]
    public void Leave_goes_to_the_end_of_its_body(string source, string? expected) =>
        Assert.Equal(expected ?? source, Rewrite(source));

    [Theory]
    [InlineData("typedef unsigned long u32;", "typedef unsigned int u32;")]
    [InlineData("long int x; long unsigned y; const long *z;", " int x; int unsigned y; const int *z;")]
    [InlineData("unsigned long long a; long long int b; long\nlong c;", null)]
    [InlineData("long double d;", " double d;")]
    [InlineData("f(1UL, 2L, 3LL, 0xFFFFFFFFul, 4ULL, 1.5L);", "f(1U, 2, 3LL, 0xFFFFFFFFU, 4ULL, 1.5L);")]
    [InlineData(
        "x = 2147483647 + 2147483648 + 4294967296 + 0x80000000;", "x = 2147483647 + 2147483648U + 4294967296 + 0x80000000;")]
    [InlineData("s = \"long 1L\"; longer = long_;", null)]
    public void Long_has_32_bits_in_preprocessed_text(string source, string? expected) =>
        Assert.Equal(expected ?? source, PreprocessedText.Rewrite(source, _ => false, isWindowsModel: true));

    [Fact]
    public void Long_stays_in_the_headers_of_others()
    {
        const string source = "# 1 \"own.c\"\nlong a;\n# 1 \"/usr/include/x.h\" 1 3 4\nlong b; long\n# 2 \"own.c\" 2\nc; "
            + "long d;\n# 1 \"ours.h\" 1\nlong e;\n";
        Assert.Equal(
            source.Replace("long a", "int a", StringComparison.Ordinal).Replace("long d", "int d", StringComparison.Ordinal),
            PreprocessedText.Rewrite(source, file => file == "ours.h", isWindowsModel: true));
    }

    [Fact]
    public void Names_of_functions_beside_strings_become_strings()
    {
        Assert.Equal(
            "int f(int (*g)(void)) { h(\"f\" \": x\"); k(__FUNCTION__); } struct s { int x; }; "
                + "int m(void) { if (1) { h(\"a\" \"m\"); } }",
            PreprocessedText.Rewrite(
                "int f(int (*g)(void)) { h(__FUNCTION__ \": x\"); k(__FUNCTION__); } struct s { int x; }; "
                    + "int m(void) { if (1) { h(\"a\" __FUNCTION__); } }",
                _ => false, isWindowsModel: false));
    }

    private static string Rewrite(string source) => SourceText.Rewrite(source, (_, _) => null).Text;
}
