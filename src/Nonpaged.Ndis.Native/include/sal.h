/* Annotations that a driver's sources carry for the reader and for Windows' own code analysis. They compile to nothing. */
#ifndef NONPAGED_SAL_H
#define NONPAGED_SAL_H

#define IN
#define OUT
#define OPTIONAL

#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(size)
#define _In_reads_opt_(size)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _In_range_(low, high)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(size)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_to_(size, count)
#define _Out_
#define _Out_opt_
#define _Out_writes_(size)
#define _Out_writes_opt_(size)
#define _Out_writes_to_(size, count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_to_(size, count)
#define _Out_writes_bytes_to_opt_(size, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_bytebuffer_(size)
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Reserved_
#define _Pre_notnull_
#define _Pre_satisfies_(expression)
#define _Post_satisfies_(expression)
#define _Post_notnull_
#define _Field_size_(size)
#define _Field_size_bytes_(size)
#define _Field_range_(low, high)
#define _Struct_size_bytes_(size)
#define _Interlocked_
#define _Success_(expression)
#define _When_(expression, annotations)
#define _At_(target, annotations)
#define _Check_return_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Function_class_(name)
#define _Analysis_assume_(expression)
#define _Printf_format_string_
#define _Null_terminated_
#define _Points_to_data_

#define _IRQL_requires_(irql)
#define _IRQL_requires_max_(irql)
#define _IRQL_requires_min_(irql)
#define _IRQL_requires_same_
#define _IRQL_raises_(irql)
#define _IRQL_saves_
#define _IRQL_restores_
#define _IRQL_saves_global_(kind, parameter)
#define _IRQL_restores_global_(kind, parameter)
#define _Requires_lock_held_(lock)
#define _Requires_lock_not_held_(lock)
#define _Acquires_lock_(lock)
#define _Releases_lock_(lock)
#define _Acquires_nonreentrant_lock_(lock)
#define _Releases_nonreentrant_lock_(lock)
#define _Guarded_by_(lock)
#define __drv_aliasesMem
#define __drv_allocatesMem(kind)
#define __drv_freesMem(kind)

/*
 * The older style. In C++ the headers of libstdc++ call parameters __in and __out, so there these two are for sources that define NONPAGED_SAL_IN_OUT, and include such headers first.
 */
#if !defined(__cplusplus) || defined(NONPAGED_SAL_IN_OUT)
#define __in
#define __out
#endif
#define __in_opt
#define __in_bcount(size)
#define __in_ecount(size)
#define __inout
#define __inout_opt
#define __out_opt
#define __out_bcount(size)
#define __out_ecount(size)
#define __deref_out
#define __deref_out_opt
#define __field_bcount(size)
#define __field_ecount(size)
#define __reserved
#define __fallthrough
#define _Fallthrough_
#define __checkReturn
#define __nullterminated
#define __in_z
#define __out_z
#define __inout_bcount(size)
#define __inout_ecount(size)
#define __out_bcount_opt(size)
#define __out_ecount_opt(size)
#define __in_bcount_opt(size)
#define __in_ecount_opt(size)
#define __out_bcount_part(size, length)
#define __out_ecount_part(size, length)
#define __drv_functionClass(name)
#define __drv_maxIRQL(irql)
#define __drv_minIRQL(irql)
#define __drv_requiresIRQL(irql)
#define __drv_sameIRQL
#define __drv_raisesIRQL(irql)
#define __drv_savesIRQL
#define __drv_restoresIRQL
#define __drv_when(condition, annotation)
#define __drv_at(target, annotation)
#define __drv_in(annotation)
#define __drv_out(annotation)
#define __drv_arg(target, annotation)
#define __drv_dispatchType(code)
#define _Dispatch_type_(code)

#endif
