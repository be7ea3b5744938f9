using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Core.Machines;

/// <summary>Declares a class with a parameterless constructor as a provider type of this assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class MachineProviderAttribute(Type factory) : Attribute
{
    /// <summary>Implements <see cref="IMachineProviderFactory"/>.</summary>
    public Type Factory => factory;
}

/// <summary>The registered provider types. Thread-safe.</summary>
public sealed class MachineProviderRegistry
{
    private readonly ConcurrentDictionary<string, IMachineProviderFactory> _factories = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private Func<Assembly>? _deferred;

    /// <summary>The registry of the process: programs add their own types and those of loaded assemblies.</summary>
    public static MachineProviderRegistry Shared { get; } = new();

    /// <summary>Sorted.</summary>
    public IReadOnlyList<string> Types => [.. Factories.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="NodeManagerException">Invalid: the type is not a qualified name. AlreadyExists: another factory has it.</exception>
    public void Add(IMachineProviderFactory factory)
    {
        if (LabelRules.CheckKey(factory.Type) is { } broken)
        {
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{factory.Type}' is not a valid provider type: {broken}.",
                factory.Type,
                "Use a qualified name such as example.com/name."
            );
        }

        if (Factories.GetOrAdd(factory.Type, factory) is { } known && known.GetType() != factory.GetType())
        {
            throw new NodeManagerException(
                ErrorIds.AlreadyExists,
                ErrorKind.ResourceExists,
                $"The provider type '{factory.Type}' is registered by {known.GetType().FullName}.",
                factory.Type,
                "Use a type name with a prefix of your own, such as example.com/name."
            );
        }
    }

    /// <summary>As <see cref="Add(Assembly)"/>, at the first use of the registry: a program that needs no provider does not load it.</summary>
    public void AddOnFirstUse(Func<Assembly> assembly)
    {
        lock (_lock)
            _deferred = assembly;
    }

    /// <summary>Adds the types that an assembly declares by <see cref="MachineProviderAttribute"/>.</summary>
    /// <returns>The added types.</returns>
    /// <exception cref="NodeManagerException">ProviderAssemblyInvalid: it declares none, or a class that is not a factory.</exception>
    public IReadOnlyList<string> Add(Assembly assembly)
    {
        var added = new List<string>();
        foreach (MachineProviderAttribute declared in assembly.GetCustomAttributes<MachineProviderAttribute>())
        {
            if (
                !typeof(IMachineProviderFactory).IsAssignableFrom(declared.Factory)
                || Activator.CreateInstance(declared.Factory) is not IMachineProviderFactory factory
            )
                throw NotAProvider(assembly, $"{declared.Factory.FullName} does not implement {nameof(IMachineProviderFactory)}");
            Add(factory);
            added.Add(factory.Type);
        }

        return added.Count > 0 ? added : throw NotAProvider(assembly, $"it has no [assembly: {nameof(MachineProviderAttribute)}]");
    }

    /// <summary>Loads an assembly into this load context, so that both share the interface, and adds its types.</summary>
    /// <param name="path">The path of the DLL.</param>
    /// <exception cref="NodeManagerException">ProviderAssemblyInvalid: it cannot be loaded, or declares no provider.</exception>
    public IReadOnlyList<string> Load(string path)
    {
        try
        {
            string full = Path.GetFullPath(path);
            AssemblyLoadContext context =
                AssemblyLoadContext.GetLoadContext(typeof(IMachineProvider).Assembly) ?? AssemblyLoadContext.Default;
            // The provider's dependencies are beside it. NodeManager's own assemblies take precedence, so this resolver is last.
            string folder = Path.GetDirectoryName(full)!;
            context.Resolving += (into, name) =>
                Path.Combine(folder, name.Name + ".dll") is var beside && File.Exists(beside) ? into.LoadFromAssemblyPath(beside) : null;
            return Add(context.LoadFromAssemblyPath(full));
        }
        catch (Exception e)
            when (e is IOException or BadImageFormatException or FileLoadException or ArgumentException or TypeLoadException)
        {
            throw new NodeManagerException(
                ErrorIds.ProviderAssemblyInvalid,
                ErrorKind.InvalidArgument,
                $"The provider assembly {path} cannot be loaded: {e.Message}",
                path,
                "Pass the path of a .NET assembly that references NodeManager.Core.",
                e
            );
        }
    }

    /// <exception cref="NodeManagerException">Invalid: no such type, or its settings are wrong.</exception>
    public IMachineProvider Create(string type, MachineProviderSettings settings)
    {
        IMachineProviderFactory factory =
            Find(type)
            ?? throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"NodeSmithProvider {settings.Namespace}/{settings.Name}: the provider type '{type}' is unknown.",
                settings.Name,
                $"Use one of {string.Join(", ", Types)}, or load the assembly that brings it."
            );
        IReadOnlyList<string> wrong = factory.Validate(settings);
        return wrong.Count == 0
            ? factory.Create(settings)
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"NodeSmithProvider {settings.Namespace}/{settings.Name}: {string.Join(" ", wrong)}",
                settings.Name,
                "Correct the fields of the NodeSmithProvider that the message names."
            );
    }

    public IMachineProviderFactory? Find(string type) => Factories.GetValueOrDefault(type);

    /// <summary>The violated rules of all types' fields in a spec.</summary>
    /// <exception cref="JsonException">A value has the wrong type.</exception>
    public IReadOnlyList<FieldProblem> Check(JsonElement spec) => [.. Types.SelectMany(type => Find(type)!.Check(spec))];

    /// <summary>What a spec states about its machines; <see cref="MachineSupply.Unknown"/> for an unknown type, and if it cannot be read.</summary>
    public MachineSupply Describe(string type, JsonElement spec)
    {
        try
        {
            return Find(type)?.Describe(spec) ?? MachineSupply.Unknown;
        }
        catch (JsonException)
        {
            return MachineSupply.Unknown;
        }
    }

    private ConcurrentDictionary<string, IMachineProviderFactory> Factories
    {
        get
        {
            lock (_lock)
            {
                if (_deferred is { } assembly)
                {
                    _deferred = null;
                    Add(assembly());
                }
            }

            return _factories;
        }
    }

    private static NodeManagerException NotAProvider(Assembly assembly, string why) =>
        new(
            ErrorIds.ProviderAssemblyInvalid,
            ErrorKind.InvalidArgument,
            $"The assembly {assembly.GetName().Name} brings no provider: {why}.",
            assembly.GetName().Name,
            "See the provider author's guide."
        );
}
