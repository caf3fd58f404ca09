/**
 * The Unicode versions of Python interpreters, oldest first: 12.1 is Python 3.8, 13.0 is 3.9 and 3.10, 14.0 is 3.11,
 * 15.0 is 3.12, 15.1 is 3.13, 16.0 is 3.14.
 */
export const profiles = ['12.1', '13.0', '14.0', '15.0', '15.1', '16.0', '17.0'] as const
/** One of these Unicode versions. */
export type Profile = (typeof profiles)[number]

/** The newest of them, which prints every character that one of them prints. */
export const NEWEST: Profile = '17.0'

/**
 * Returns what Python's `str.isprintable` returns for this code point, in an interpreter of that Unicode version.
 *
 * Does not use Node's own tables, because their version varies. A code point that none of the versions prints is not
 * printable.
 */
export function isPrintable(codePoint: number, profile: Profile): boolean {
  const since = printableSince(codePoint)
  return since !== null && profiles.indexOf(since) <= profiles.indexOf(profile)
}

/** Returns the first Unicode version that prints this code point; null when none of them does. */
export function printableSince(codePoint: number): Profile | null {
  since ??= unpack()
  return profiles[since[codePoint]! - 1] ?? null
}

/** By code point: 0 never printable, 1 since the first of `profiles`, and so on. Untouched zero pages take no memory. */
let since: Uint8Array | undefined

function unpack(): Uint8Array {
  const table = new Uint8Array(0x110000)
  let at = 0
  for (const [, version, length] of RUNS.matchAll(/([_A-G])([0-9a-z]*)/g)) {
    const end = at + (length ? Number.parseInt(length, 36) : 1)
    table.fill('_ABCDEFG'.indexOf(version!), at, end)
    at = end
  }
  return table
}

// Runs of code points from 0 on: `_` never printable, `A` since the first profile … `G` since the last; then the length
// of the run in base 36, omitted for 1. A is what Python 3.8 prints, B to G are in
// test/fixtures/vectors/python-printable.json; CPython 3.9 to 3.13 and ICU of Unicode 17 agree on every code point.
const RUNS = `
_wA2n_yAc_Aju_2A6_4A7_A_Ak_Ab1_A12_2A1e_2A3_A1j_8Ar_4A6_hAm_CA5b_A1c_2A1n_2A2t_eA1n_2A1d_2Af_As_2A_Ab_5CvG_7FC8AlC
A8BaCbAf_A4h_A8_2A2_2Am_A7_A_3A4_2A9_2A2_2A4_8A_4A2_A5_2Ap_2A3_A6_4A2_2Am_A7_A2_A2_A2_2A_A5_4A2_2A3_3A_7A4_A_7Ah_a
A3_A9_A3_Am_A7_A2_A5_2Aa_A3_A3_2A_fA4_2Ac_7A7_A3_A8_2A2_2Am_A7_A2_A5_2A9_2A2_2A3_7BA2_4A2_A5_2Ai_aA2_A6_3A3_A4_3A2
_A_A2_3A2_3A3_3Ac_4A5_3A3_A4_2A_6A_eAl_5Ad_A3_An_Ag_2CA8_A3_A4_7A2_A3_GC_2A4_2Aa_7Am_A3_An_Aa_A5_2A9_A3_A4_7A2_5GC
A_A4_2Aa_A2D_cA4BA8_A3_A1f_A3_A6_4Ag_2Aq_BA2_Ai_3Ao_A9_A_2A7_3A_4A6_A_A8_6Aa_2A3_cA1m_4At_11A2_A_A5_Ao_A_An_2A5_A_
A6D_Aa_2A4_wA20_A10_4A13_A10_Af_Ad_11A5i_A_5A_2Aah_A4_2A7_A_A4_2A15_A4_2Ax_A4_2A7_A_A4_2Af_A1l_A4_2A1v_2Aw_3Aq_6
A2e_2A6_2Ahs_As_3A2h_7AdCA7C_9CAn_9Ak_cAd_A3_A2_cA2m_2Aa_6Aa_6Ae_CAa_6A2h_7A17_5A1y_aAv_Ac_4Ac_4A_3A16_2A5_bA18_4
Aq_6Ab_3A1q_2A1t_At_2Ab_6Aa_6Ae_2AfB2CeGf_2Gc_kA24C_F2A19C2FA38_8A1o_3Af_3A1oF2_5A17_2Ab_8A17_5A6yCA7v_2A6_2A12_2
A6_2A8_A_A_A_Av_2A1h_Af_Ae_2A6_Aj_2A3_A9_hAo_8A1b_hA2_2Ar_Ad_3AwCG_eAx_fA3w_4AifF3_mAb_lA1ec_2AwGBA47CA1bCA44_5A19
_A_5A_2A1k_7A2_eAo_9A7_A7_A7_A7_A7_A7_A7_A7_A34B3Cb_yAq_A2h_cA5y_qAcE4_A1r_A2e_2A2v_5A17_A2m_A17B5A10F2_9EA1b_A5g6
BaAg8gBdC3Awd_3A1j_9A9o_kA54_8A5cC2A5B4F3G2C2GCGC5F3_kGC3B2A1hB_3Aa_6A1k_8A1y_8Ac_6A38_bAu_3A26_Ab_4Ax_A1j_9Ae_2Aa
_2A2v_oAs_aA6_2A6_2A6_9A7_A7_A1kB4_4A3i_2Aa_6A8mc_cAn_4A1d_6isAa6_2A2y_12A7_cA5_5Aq_A5_A_A2_A2_A3gCGgAa5CgA1sG2A1i
G7C_wAeC2Aq_6A1f_Aj_A4_4A5_A3r_4A5a_3A6_2A6_2A6_2A3_3A7_A7_dA2_2Ac_Aq_Aj_A2_Af_2Ae_yA3f_5A3_4A19_3A2g_AcB_3A_1bA1a
_3mAt_3A1d_fAs_4A10_9Au_5A17_5Au_A11_4Ae_16A4e_2Aa_6A10_4A10_4A14_8A1g_bACb_Cf_C7_C2_Cb_Cf_C7_C2_3F1g_cA8n_9Am_aA8
_oC6_C16_C9_1xA6_2A_A18_A2_3A_2An_A20_8A9_1cAj_A2_5Ax_3Ar_5AGq_12A1k_4Ak_2A1e_A2_5A8_A3_At_2A3_4Aa_7A9_7A1s_wA13_4
Ac_9A1i_3At_2Ar_5Aq_7A4_cA7_28A21_1jA1f_dA1f_7A1a_8Aa_6F12_3Ft_8F2_5sAv_B16_B3_2B2_gF3G3_8G9_xG2FD3A14_8A16_mCq_12
Bs_kAn_9A26_4AuC6_9A1q_A4C_dAp_7Aa_6A1h_AhB_8A13_9A26B2Ag_Ak_bAi_A18D3_1qA7_A_A4_Af_Ab_6A1n_5Aa_6A4_A8_2A2_2Am_A7_
A2_A5_Aa_2A2_2A3_2A_6A_5A7_2A7_3A5_bFa_F_2F_F12_Fa_F_2F_F4_Fa_F2_8F2_tA2iBA_A3B2_uA20_8Aa_4mA1i_2A12_yA1x_bAa_6Ad
_jA1lC_6Aa_6Fk_sAr_2Af_4AgC7_55A1o_2sA2b_cAB7_2B_2B8_B2_Bu_B2_2Bc_9Ba_1yA8_2A1a_2Ab_rA20_8A2b_dCgA1l_7Da_2eG8_2gFy
_eFa_6A9_A19_Ae_aAt_3Aw_2Am_Ae_21A7_A2_A18_3A_A2_A9_8Aa_6A6_A2_A11_A2_A6_7Aa_6G18_4Ga_6uAp_7Dh_D15_3DsF_2dB_fA1e_d
Apn_2uA33_A5_bA5g_218C2r_dAtrD_gDm_aF32z_5Ag7_5a1F1m_1c6Aft_7Av_Aa_4A2C27_Ca_6Au_2A6_aA1y_aAa_A7_Al_5Aj_c0F1m_5i
A2j_5Gp_2Gp_18A23_4A1l_7Ah_1sA4B_bB2G5_9A4qgG8AkzBdf_15FB9Gm_2pG37_6ppC4_C7_C2_A7zC4_fD_tA3_2D_eA4_8Ab0_1s4A2z_5Ad
_3A9_7Aa_2A4_31cF6yG3_3Fc4_6Gn_fGh_fC1a_2Cn_9C38_1oA6u_aA13_2A22_8A32C2_lA1y_3eDk_cAk_cA2f_9Ap_3rA2d_A1z_A2_2A_2A2
_2A4_Ac_A_A7_A1t_A4_2A8_A7_As_A4_A5_A_3A7_A9g_2A84_2Aji_fA5_Af_uoCv_6D6_5xA7_Ah_2A7_A2_A5_5D1q_xD_34A19_3Ae_2Aa_4
A2_8wCv_hA1m_5A_cwD16_5yF17_4F_5cGv_Gm_8G2_68C7_C4_C2_Cf_A5h_2Ag_15A24_4Aa_4A2_ltA1w_24A1p_5eA4_Ar_A2_A_2A_Aa_A4_A
_A_6A_4A_A_A_A3_A2_A_2A_A_A_A_A_A2_A_2A4_A7_A4_A4_A_Aa_Ah_5A3_A5_Ah_1gA2_7iA18_4A2s_cAf_2Af_Af_A11_aAdB3A2lB3A1pB
_1kAt_dA18_4A9_7A2_eA6_4aAraB2G_3DC3Ad_3AbB2_3A38D3G4D5A2hD_6Ac_4C_fAc_4A1k_8Aa_6A14_8Au_2B2Fa_4F2_eG9_13AcBA2tBA4
B2CA15B2A6B3AtBCA3rG4_8Ae_2A4BD3A3C2_3A3B4D2FG_3GFA6BjC4D3B7C4D3FDB3C3F_G_4GD2B7C3D2F_2FC8DFG_4GC7D2_7B43_B1jF11Ba
G_slAwyfB7C2_wA379C4DG6A66_2A4g2Gc_2A5rl_fEha_1wiAf2_15uB3t7_5D38gG3be_f62uA6o
`
