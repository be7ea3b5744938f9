namespace NodeManager.Architecture.Tests;

/// <summary>The module's own assemblies, as they were built for these tests.</summary>
internal static class ModuleAssemblies
{
    public static string[] Files() =>
        [
            .. Directory
                .GetFiles(AppContext.BaseDirectory, "NodeManager*.dll")
                .Where(static path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal)),
        ];
}
