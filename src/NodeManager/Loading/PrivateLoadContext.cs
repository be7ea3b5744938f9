using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace NodeManager.Loading;

/// <summary>Loads private dependencies, so that other modules' versions of a library do not conflict.</summary>
internal sealed class PrivateLoadContext : AssemblyLoadContext
{
    private static readonly Lock Gate = new();
    private static PrivateLoadContext? s_instance;

    private readonly string[] _folders;

    // A package also has assemblies compiled for some platforms.
    private PrivateLoadContext(string folder)
        : base("NodeManager") => _folders = [Path.Combine(folder, RuntimeInformation.RuntimeIdentifier), folder];

    /// <summary>
    /// Registers the resolver, once per process. It is never removed: an ending runspace does not call OnRemove, and the resolver only
    /// handles the module's own assemblies.
    /// </summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (s_instance is not null)
                return;
            string home = Path.GetDirectoryName(typeof(PrivateLoadContext).Assembly.Location)!;
            SecondCopy.RefuseOutside(home);
            s_instance = new(Path.Combine(home, "lib"));
            Default.Resolving += (_, name) => IsOurs(name) ? s_instance.Load(name) : null;
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // Types must be identical in both contexts.
        if (assemblyName.Name == "NodeManager.Abstractions")
            return typeof(ClusterNode).Assembly;

        // Without this check, a missing file would fall through to the default context, whose resolver calls this one again.
        string? path = Array.ConvertAll(_folders, folder => Path.Combine(folder, assemblyName.Name + ".dll")).FirstOrDefault(File.Exists);
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    private static bool IsOurs(AssemblyName name) => name.Name?.StartsWith("NodeManager.", StringComparison.Ordinal) == true;
}
