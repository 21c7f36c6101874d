using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Fcn.Tests.Architecture;

// An assembly → which of its types mentions which other: in what it derives from, in fields, signatures, attributes and in the bodies of
// methods. Nested types (closures, iterators) count for the type that they stand in.
internal sealed class TypeReferences : IDisposable
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(static f => (OpCode)f.GetValue(null)!).ToDictionary(static c => (int)(ushort)c.Value, static c => c.OperandType);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly HashSet<(TypeDefinitionHandle From, TypeDefinitionHandle To)> _found = [];

    private TypeReferences(string path)
    {
        _file = new(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// Pairs of full names, each once.
    public static IReadOnlyList<(string From, string To)> Of(string assembly)
    {
        using var reader = new TypeReferences(assembly);
        foreach (var handle in reader._metadata.TypeDefinitions) reader.Read(handle);
        return [.. reader._found.Where(static f => f.From != f.To).Select(f => (reader.Name(f.From), reader.Name(f.To))).Order()];
    }

    public void Dispose() => _file.Dispose();

    private void Read(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var found = new Mentions(this, Outermost(handle));
        found.Token(type.BaseType);
        foreach (var each in type.GetInterfaceImplementations()) found.Token(_metadata.GetInterfaceImplementation(each).Interface);
        foreach (var each in type.GetCustomAttributes()) found.Token(_metadata.GetCustomAttribute(each).Constructor);
        foreach (var each in type.GetFields())
            found.Blob(_metadata.GetFieldDefinition(each).Signature, static (d, b) => d.DecodeFieldSignature(ref b));
        foreach (var each in type.GetMethods())
        {
            var method = _metadata.GetMethodDefinition(each);
            found.Blob(method.Signature, static (d, b) => d.DecodeMethodSignature(ref b));
            if (method.RelativeVirtualAddress != 0) Body(_file.GetMethodBody(method.RelativeVirtualAddress), found);
        }
    }

    private void Body(MethodBodyBlock body, Mentions found)
    {
        if (!body.LocalSignature.IsNil)
            found.Blob(_metadata.GetStandaloneSignature(body.LocalSignature).Signature, static (d, b) => d.DecodeLocalSignature(ref b));
        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int op = code.ReadByte();
            if (op == 0xFE) op = op << 8 | code.ReadByte();
            switch (Operands[op])
            {
                case OperandType.InlineTok or OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField:
                    found.Token(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case var operand:
                    code.Offset += Length(operand);
                    break;
            }
        }
    }

    private static int Length(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type) =>
        _metadata.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer ? Outermost(outer) : type;

    private string Name(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        return $"{_metadata.GetString(type.Namespace)}.{_metadata.GetString(type.Name)}";
    }

    // What one type mentions. As a provider of signatures it notes every type of the assembly that it is shown.
    private sealed class Mentions(TypeReferences of, TypeDefinitionHandle from) : ISignatureTypeProvider<object?, object?>
    {
        private MetadataReader Metadata => of._metadata;

        public void Token(EntityHandle token)
        {
            if (token.IsNil) return;
            switch (token.Kind)
            {
                case HandleKind.TypeDefinition:
                    of._found.Add((from, of.Outermost((TypeDefinitionHandle)token)));
                    break;
                case HandleKind.TypeSpecification:
                    Blob(Metadata.GetTypeSpecification((TypeSpecificationHandle)token).Signature, static (d, b) => d.DecodeType(ref b));
                    break;
                case HandleKind.FieldDefinition:
                    Token(Metadata.GetFieldDefinition((FieldDefinitionHandle)token).GetDeclaringType());
                    break;
                case HandleKind.MethodDefinition:
                    Token(Metadata.GetMethodDefinition((MethodDefinitionHandle)token).GetDeclaringType());
                    break;
                case HandleKind.MemberReference:
                    Token(Metadata.GetMemberReference((MemberReferenceHandle)token).Parent);
                    break;
                case HandleKind.MethodSpecification:
                    var method = Metadata.GetMethodSpecification((MethodSpecificationHandle)token);
                    Token(method.Method);
                    Blob(method.Signature, static (d, b) => d.DecodeMethodSpecificationSignature(ref b));
                    break;
            }
        }

        public delegate void Decode(SignatureDecoder<object?, object?> decoder, BlobReader blob);

        public void Blob(BlobHandle blob, Decode decode) => decode(new(this, Metadata, null), Metadata.GetBlobReader(blob));

        public object? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            Token(handle);
            return null;
        }

        public object? GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind)
        {
            Token(handle);
            return null;
        }

        public object? GetArrayType(object? elementType, ArrayShape shape) => null;

        public object? GetByReferenceType(object? elementType) => null;

        public object? GetFunctionPointerType(MethodSignature<object?> signature) => null;

        public object? GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;

        public object? GetGenericMethodParameter(object? context, int index) => null;

        public object? GetGenericTypeParameter(object? context, int index) => null;

        public object? GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;

        public object? GetPinnedType(object? elementType) => null;

        public object? GetPointerType(object? elementType) => null;

        public object? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        public object? GetSZArrayType(object? elementType) => null;

        public object? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => null;
    }
}
