namespace NodeManager.Pester;

/// <summary>The suite of the help and its examples: the longest. A class is a lane of its own.</summary>
public sealed class HelpSuite
{
    [SkippableFact]
    public Task The_suite_passes_in_PowerShell() => PesterRun.AssertPassesAsync(PesterRun.Help);
}

/// <summary>The suite of the guides, whose commands run as written: the longest after the help's.</summary>
public sealed class DocumentSuite
{
    [SkippableFact]
    public Task The_suite_passes_in_PowerShell() => PesterRun.AssertPassesAsync(PesterRun.Documents);
}

/// <summary>One half of the other suites, beside it.</summary>
public sealed class PesterSuites
{
    public static TheoryData<string> Suites => [.. PesterRun.Others(0)];

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public Task The_suite_passes_in_PowerShell(string suite) => PesterRun.AssertPassesAsync(suite);
}

/// <summary>The other half.</summary>
public sealed class MorePesterSuites
{
    public static TheoryData<string> Suites => [.. PesterRun.Others(1)];

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public Task The_suite_passes_in_PowerShell(string suite) => PesterRun.AssertPassesAsync(suite);
}
