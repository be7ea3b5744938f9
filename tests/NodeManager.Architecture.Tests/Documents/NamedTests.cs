using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>Tests that documents name: <c>Class.Method</c> of C#, or <c>Suite: words of the test</c> of Pester.</summary>
internal static partial class NamedTests
{
    private static readonly Lazy<ILookup<string, string>> Classes = new(static () =>
        Repository.Files(".cs").ToLookup(static file => Path.GetFileName(file).Split('.')[0], StringComparer.Ordinal)
    );

    /// <summary>True if the name is that of a test.</summary>
    public static bool Exist(string name)
    {
        if (Method().Match(name) is { Success: true } method)
            return Classes
                .Value[method.Groups["class"].Value]
                .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"public (async Task|Task|void) {method.Groups["test"].Value}\("));
        if (Pester().Match(name) is not { Success: true } pester)
            return false;
        string suite = Path.Combine(Repository.Root, $"tests/Pester/{pester.Groups["suite"].Value}.Tests.ps1");
        return File.Exists(suite) && File.ReadAllText(suite).Contains($"It '{pester.Groups["words"].Value}'", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?<class>\w+)\.(?<test>\w+)$")]
    private static partial Regex Method();

    [GeneratedRegex(@"^(?<suite>\w+): (?<words>.+)$")]
    private static partial Regex Pester();
}
