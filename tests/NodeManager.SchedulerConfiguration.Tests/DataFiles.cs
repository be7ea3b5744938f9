namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>Configurations as their projects publish them.</summary>
internal static class DataFiles
{
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Data");

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));
}
