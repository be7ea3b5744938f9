using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NodeManager.Architecture.Tests;

/// <summary>
/// Reads the arrows between folders from a compiled assembly: base types, interfaces, signatures, attributes, generic arguments and the
/// operands of instructions. The compiler inlines constants, so a constant that is used leaves no trace here.
/// </summary>
internal sealed class ArrowReader : IDisposable
{
    private readonly ModuleDefinition _module;
    private readonly DefaultAssemblyResolver _resolver = new();
    private readonly HashSet<Arrow> _arrows = [];

    /// <param name="path">The assembly; the assemblies that it references are beside it.</param>
    public ArrowReader(string path)
    {
        _resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        _resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        _module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = _resolver });
    }

    /// <summary>The folders that have types.</summary>
    public IReadOnlySet<string> Folders => Types.Select(FolderOf).ToHashSet(StringComparer.Ordinal);

    private IEnumerable<TypeDefinition> Types => _module.Types.Where(static type => IsOurs(type.Namespace));

    public IReadOnlyCollection<Arrow> Read()
    {
        foreach (TypeDefinition type in Types)
            Walk(type, type);
        return _arrows;
    }

    public void Dispose()
    {
        _module.Dispose();
        _resolver.Dispose();
    }

    // The types of NodeManager.Abstractions all have the namespace NodeManager, whatever their folder. A root namespace has as many parts as
    // its assembly's name; that of NodeManager.SchedulerConfiguration is in the plural, as its name is a type's. A file of the module that is
    // linked into another assembly stays of its folder.
    private static string FolderOf(TypeReference type)
    {
        string assembly = type.Scope switch
        {
            ModuleDefinition module => module.Assembly.Name.Name,
            IMetadataScope scope => scope.Name,
        };
        string[] parts = type.Namespace.Split('.'),
            root = assembly.Split('.');
        if (parts.Length > 1 && root.Length > 1 && !parts[1].StartsWith(root[1], StringComparison.Ordinal))
            return string.Join('/', parts);
        string[] below = parts[Math.Min(root.Length, parts.Length)..];
        return string.Join('/', [assembly, .. below]);
    }

    private static bool IsOurs(string space) => space == "NodeManager" || space.StartsWith("NodeManager.", StringComparison.Ordinal);

    private void Walk(TypeDefinition top, TypeDefinition type)
    {
        Add(top, type.BaseType);
        foreach (InterfaceImplementation one in type.Interfaces)
            Add(top, one.InterfaceType);
        AddAttributes(top, type);
        AddConstraints(top, type);
        foreach (FieldDefinition field in type.Fields)
        {
            Add(top, field.FieldType);
            AddAttributes(top, field);
        }

        foreach (PropertyDefinition property in type.Properties)
            AddAttributes(top, property);
        foreach (EventDefinition one in type.Events)
            Add(top, one.EventType);
        foreach (MethodDefinition method in type.Methods)
        {
            Add(top, (MethodReference)method);
            AddAttributes(top, method);
            AddConstraints(top, method);
            foreach (ParameterDefinition parameter in method.Parameters)
                AddAttributes(top, parameter);
            if (method.HasBody)
                AddBody(top, method.Body);
        }

        foreach (TypeDefinition nested in type.NestedTypes)
            Walk(top, nested);
    }

    private void AddBody(TypeDefinition top, MethodBody body)
    {
        foreach (VariableDefinition variable in body.Variables)
            Add(top, variable.VariableType);
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
            Add(top, handler.CatchType);
        foreach (Instruction instruction in body.Instructions)
        {
            switch (instruction.Operand)
            {
                case MethodReference method:
                    Add(top, method);
                    break;
                case FieldReference field:
                    Add(top, field.DeclaringType);
                    Add(top, field.FieldType);
                    break;
                case TypeReference type:
                    Add(top, type);
                    break;
            }
        }
    }

    private void Add(TypeDefinition top, MethodReference method)
    {
        Add(top, method.DeclaringType);
        Add(top, method.ReturnType);
        foreach (ParameterDefinition parameter in method.Parameters)
            Add(top, parameter.ParameterType);
        if (method is GenericInstanceMethod generic)
            foreach (TypeReference argument in generic.GenericArguments)
                Add(top, argument);
    }

    private void AddConstraints(TypeDefinition top, IGenericParameterProvider provider)
    {
        foreach (GenericParameter parameter in provider.GenericParameters)
        foreach (GenericParameterConstraint constraint in parameter.Constraints)
            Add(top, constraint.ConstraintType);
    }

    private void AddAttributes(TypeDefinition top, ICustomAttributeProvider provider)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            Add(top, attribute.AttributeType);
            // Other arguments may be of types in assemblies that are not beside ours.
            if (!attribute.Constructor.Parameters.Any(static parameter => parameter.ParameterType.FullName == "System.Type"))
                continue;
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments)
                if (argument.Value is TypeReference type)
                    Add(top, type);
        }
    }

    private void Add(TypeDefinition top, TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                Add(top, generic.ElementType);
                foreach (TypeReference argument in generic.GenericArguments)
                    Add(top, argument);
                return;
            case TypeSpecification specification:
                Add(top, specification.ElementType);
                return;
        }

        while (type.DeclaringType is { } outer)
            type = outer;
        if (!IsOurs(type.Namespace))
            return;
        string from = FolderOf(top),
            to = FolderOf(type);
        if (from != to)
            _arrows.Add(new(from, to, top.Name, type.Name));
    }
}
